import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import type { Connection } from "../contender.ts";
import { callParams } from "../workload.ts";
import { type BareAnswer, hello, initialized, requestText, resultOf } from "./bare-messages.ts";

/** `Pool.dispatch` of undici, and nothing else: no limits, no deadlines, no checks. */
export async function connectPool(url: string, connections: number): Promise<Connection> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections });
  const headers = [
    ...["accept", "application/json, text/event-stream"],
    ...["content-type", "application/json"],
  ];
  let lastId = 0;

  const send = (method: "POST" | "DELETE", body: string | null): Promise<Response> =>
    new Promise((resolve, reject) => {
      pool.dispatch({ path, method, headers, body }, new Response(resolve, reject));
    });
  const ask = async (method: string, params: object): Promise<Response> =>
    send("POST", requestText(++lastId, method, params));

  const { answer, session } = await ask("initialize", hello);
  if (session !== undefined) headers.push("mcp-session-id", session);
  headers.push("mcp-protocol-version", answer.result.protocolVersion ?? "");
  await send("POST", initialized);
  return {
    invoke: async (question) => resultOf((await ask("tools/call", callParams(question))).answer),
    close: async () => {
      await send("DELETE", null);
      await pool.close();
    },
  };
}

class Response implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #headers: IncomingHttpHeaders = {};
  #status = 0;

  constructor(resolve: (response: Response) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get session(): string | undefined {
    return this.#headers["mcp-session-id"] as string | undefined;
  }

  get answer(): BareAnswer {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    const text = body.toString();
    return JSON.parse(this.#isStream ? dataOf(text) : text);
  }

  get #isStream(): boolean {
    return this.#headers["content-type"]?.startsWith("text/event-stream") ?? false;
  }

  onRequestStart(): void {}

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#status < 300) this.#resolve(this);
    else this.#reject(new Error(`HTTP status ${this.#status}`));
  }

  onResponseError(_: unknown, error: Error): void {
    this.#reject(error);
  }
}

/** What the first event of a stream says that says anything. */
function dataOf(stream: string): string {
  const start = stream.indexOf("data: {") + 6;
  return stream.slice(start, stream.indexOf("\n", start));
}
