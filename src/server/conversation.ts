import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  ErrorCode,
  GetPromptRequestSchema,
  type JSONRPCNotification,
  type JSONRPCRequest,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { packageVersion } from "../package-version.ts";
import { isAnswer, type JsonRpcAnswer } from "./json-rpc.ts";
import { serverName } from "./server-name.ts";
import { toolList } from "./tools.ts";

const serverInfo = { name: serverName, version: packageVersion };

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

/** What a client and the SDK's server say to each other besides calls: the handshake, lists, pings. */
export class Conversation {
  readonly #transport: Transport;
  readonly #connected: Promise<void>;

  constructor(send: (answer: JsonRpcAnswer) => void) {
    this.#transport = transportTo(send);
    this.#connected = newServer().connect(this.#transport);
  }

  receive(message: JSONRPCRequest | JSONRPCNotification): void {
    void this.#connected.then(() => this.#transport.onmessage?.(message));
  }

  close(): void {
    this.#transport.onclose?.();
  }
}

// The SDK's server says nothing unasked, so there is nothing to send but answers.
function transportTo(send: (answer: JsonRpcAnswer) => void): Transport {
  return {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    send: (message) => {
      if (isAnswer(message)) send(inOwnWords(message));
      return Promise.resolve();
    },
  };
}

// Nothing here fails inside. So it was the parameters, which the SDK reports in the words of the library that read them.
function inOwnWords(answer: JsonRpcAnswer): JsonRpcAnswer {
  if (!("error" in answer) || answer.error.code !== ErrorCode.InternalError) return answer;
  const error = { code: ErrorCode.InvalidParams, message: "Invalid request parameters" };
  return { ...answer, error };
}

function newServer(): Server {
  const server = new Server(serverInfo, serverOptions);
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...toolList] }));
  // The reference's server announces prompts and resources, and has none.
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [] }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [] }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    throw new RpcError(0, `Unknown prompt: ${params.name}`);
  });
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => {
    throw new RpcError(0, `Unknown resource: ${params.uri}`);
  });
  return server;
}
