import type { RequestOptions } from "node:https";
import type { PluginServer } from "../../../src/server/index.ts";
import { writeExactly } from "./exact-json.ts";
import type { Answer } from "./line-client.ts";
import { invocation } from "./line-client.ts";
import { type RawResponse, rawRequest } from "./raw-http.ts";

const accept = "application/json, text/event-stream";

/** A client that knows nothing but HTTP requests: what it sees is what is on the wire. */
export class HttpClient {
  readonly #server: Pick<PluginServer, "url" | "uds">;
  readonly #options: RequestOptions;
  #session: Record<string, string> = {};
  #nextId = 1;

  private constructor(server: Pick<PluginServer, "url" | "uds">, options: RequestOptions) {
    this.#server = server;
    this.#options = options;
  }

  static async start(
    server: Pick<PluginServer, "url" | "uds">,
    options: RequestOptions = {},
  ): Promise<HttpClient> {
    const client = new HttpClient(server, options);
    const opened = await client.post({
      id: 0,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "test", version: "0" },
      },
    });
    const id = opened.headers["mcp-session-id"];
    if (id !== undefined) client.#session = { "mcp-session-id": String(id) };
    await client.post({ method: "notifications/initialized" });
    return client;
  }

  get headers(): Record<string, string> {
    return this.#session;
  }

  async request(method: string, params?: unknown): Promise<Answer> {
    const response = await this.post({ id: this.#nextId++, method, params });
    return answerIn(response);
  }

  async invoke(plugin: string, payload: unknown, hook = "tool_pre_invoke"): Promise<Answer> {
    const args = invocation(plugin, payload, hook);
    return await this.request("tools/call", { name: "invoke_hook", arguments: args });
  }

  async post(
    message: Record<string, unknown>,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<RawResponse> {
    return await rawRequest(
      this.#server,
      {
        method: "POST",
        headers: { accept, "content-type": "application/json", ...this.#session, ...headers },
        body: writeExactly({ jsonrpc: "2.0", ...message }),
        options: this.#options,
      },
      signal,
    );
  }

  async close(): Promise<RawResponse | undefined> {
    if (this.#session["mcp-session-id"] === undefined) return undefined;
    return await rawRequest(this.#server, {
      method: "DELETE",
      headers: this.#session,
      options: this.#options,
    });
  }
}

export function answerIn({ headers, body }: RawResponse): Answer {
  if (headers["content-type"] !== "text/event-stream") return JSON.parse(body) as Answer;
  const data = /^event: message\r\ndata: (.*)\r\n\r\n$/m.exec(body)?.[1] ?? "null";
  return JSON.parse(data) as Answer;
}
