// The same plugin on the official SDK's server, with sessions over HTTP.
import { randomUUID } from "node:crypto";
import http from "node:http";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { configText, envelopeText, type Payload } from "../workload.ts";
import { listen, transport } from "./server-options.ts";

function createServer(): Server {
  const server = new Server({ name: "sdk", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const { payload }: { payload?: unknown } = params.arguments ?? {};
    const text = payload ? envelopeText(payload as Payload) : configText;
    return { content: [{ type: "text", text }] };
  });
  return server;
}

const sessions = new Map<string, StreamableHTTPServerTransport>();

async function beginSession(): Promise<StreamableHTTPServerTransport> {
  const session: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: transport === "http-json",
    onsessioninitialized: (id) => {
      sessions.set(id, session);
    },
  });
  // The SDK's own types do not agree under exactOptionalPropertyTypes.
  await createServer().connect(session as Transport);
  return session;
}

if (transport === "stdio") {
  await createServer().connect(new StdioServerTransport());
  process.stdin.on("end", () => process.exit());
} else {
  const handle: http.RequestListener = async (request, response) => {
    const id = request.headers["mcp-session-id"];
    const session = typeof id === "string" ? sessions.get(id) : await beginSession();
    if (session) await session.handleRequest(request, response);
    else response.writeHead(404).end();
  };
  listen(http.createServer(handle));
}
