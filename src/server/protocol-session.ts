import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  type CallToolResult,
  CancelledNotificationSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { packageVersion } from "../package-version.ts";
import type { PluginSet } from "./plugin-set.ts";
import { callTool, toolList } from "./tools.ts";

// The SDK checks the request against its own schema in any case; once is enough.
const callToolRequest = z.object({ method: z.literal("tools/call"), params: z.unknown() });

const serverInfo = { name: "MCP Plugin Server", version: packageVersion };

const serverOptions = {
  instructions: "External plugin server for ContextForge",
  capabilities: {
    experimental: {},
    prompts: { listChanged: false },
    resources: { subscribe: false, listChanged: false },
    tools: { listChanged: false },
  },
  // Only needed to ask the client for something, and dear: every session would compile schemas of its own.
  jsonSchemaValidator: {
    getValidator: (): never => {
      throw new Error("This server asks nothing of its client");
    },
  },
};

/** An error whose code the SDK puts on the wire. */
class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** One client's MCP conversation over any transport: the SDK's protocol, with the reference's tools on top. */
export class ProtocolSession {
  readonly #plugins: PluginSet;
  readonly #server: Server;
  readonly #running = new Map<RequestId, AbortController>();

  constructor(plugins: PluginSet) {
    this.#plugins = plugins;
    this.#server = new Server(serverInfo, serverOptions);
    this.#server.onclose = () => {
      for (const running of this.#running.values()) running.abort();
    };
    this.#offerTools();
    this.#offerNothingElse();
  }

  connect(transport: Transport): Promise<void> {
    return this.#server.connect(transport);
  }

  /** Tells the hook behind a request that nobody waits for it any more. */
  cancel(id: RequestId): void {
    this.#running.get(id)?.abort();
  }

  #offerTools(): void {
    this.#server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...toolList] }));
    this.#server.setRequestHandler(callToolRequest, (request, extra) =>
      this.#call(request.params as { name: string; arguments?: unknown }, extra.requestId),
    );
    // Replaces the SDK's own handler, which leaves a cancelled request without an answer. The reference answers, and a
    // client that runs one call at a time waits for it.
    this.#server.setNotificationHandler(CancelledNotificationSchema, ({ params }) => {
      if (params.requestId !== undefined) this.cancel(params.requestId);
    });
  }

  async #call(
    params: { name: string; arguments?: unknown },
    id: RequestId,
  ): Promise<CallToolResult> {
    const running = new AbortController();
    this.#running.set(id, running);
    try {
      const result = await callTool(this.#plugins, params.name, params.arguments, running.signal);
      if (running.signal.aborted) throw new RpcError(0, "Request cancelled");
      return result;
    } finally {
      this.#running.delete(id);
    }
  }

  // The reference's server announces prompts and resources, and has none.
  #offerNothingElse(): void {
    const server = this.#server;
    server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [] }));
    server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [] }));
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
    server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
      throw new RpcError(0, `Unknown prompt: ${params.name}`);
    });
    server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => {
      throw new RpcError(0, `Unknown resource: ${params.uri}`);
    });
  }
}
