import {
  type CallToolResult,
  ErrorCode,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { isRecord } from "../models/records.ts";
import { CallAbort } from "./call-abort.ts";
import { Conversation } from "./conversation.ts";
import type { InFlight } from "./in-flight.ts";
import { answerText, callMethod, errorText, type JsonRpcAnswer } from "./json-rpc.ts";
import type { PluginSet } from "./plugin-set.ts";
import { callTool } from "./tools.ts";

/** An answer as it goes out. */
export interface Answer {
  readonly id: RequestId;
  readonly text: string;
  readonly isError: boolean;
}

interface RunningCall {
  readonly abort: CallAbort;
  isCancelled: boolean;
}

/**
 * One client's side of the protocol, over any transport. Calls of tools are answered here, and counted in `runs` until
 * their hooks have ended; the SDK, which takes several times as long, does the rest.
 */
export class ProtocolSession {
  readonly #plugins: PluginSet;
  readonly #runs: InFlight;
  readonly #send: (answer: Answer) => void;
  readonly #running = new Map<RequestId, RunningCall>();
  #conversation: Conversation | undefined;
  #isClosed = false;

  constructor(plugins: PluginSet, runs: InFlight, send: (answer: Answer) => void) {
    this.#plugins = plugins;
    this.#runs = runs;
    this.#send = send;
  }

  /** Whether a call of that id has not been answered yet. */
  isRunning(id: RequestId): boolean {
    return this.#running.has(id);
  }

  /** Takes a message of `bytes` bytes. A request must not have the id of a call that is running. */
  receive(message: JSONRPCRequest | JSONRPCNotification, bytes: number): void {
    if ("id" in message && message.method === callMethod) void this.#call(message, bytes);
    else if (message.method === "notifications/cancelled") this.#onCancelled(message.params);
    else {
      this.#conversation ??= new Conversation((answer) => this.#answer(answer));
      this.#conversation.receive(message);
    }
  }

  /** Tells the hook behind a request that nobody waits for it any more. It is answered as cancelled once it has ended. */
  cancel(id: RequestId): void {
    const call = this.#running.get(id);
    if (call === undefined) return;
    call.isCancelled = true;
    call.abort.abort(new DOMException("This operation was aborted", "AbortError"));
  }

  /** Tells all hooks that still run. Nothing is answered any more: nobody knows how far they have come. */
  close(): void {
    this.#isClosed = true;
    for (const id of this.#running.keys()) this.cancel(id);
    this.#conversation?.close();
  }

  async #call({ id, params }: JSONRPCRequest, bytes: number): Promise<void> {
    const call: RunningCall = { abort: new CallAbort(), isCancelled: false };
    const share = this.#runs.begin(bytes);
    this.#running.set(id, call);
    const answer = await this.#answerTo(id, params, call);
    this.#running.delete(id);
    this.#answer(answer);
    share.end();
  }

  async #answerTo(id: RequestId, params: unknown, call: RunningCall): Promise<JsonRpcAnswer> {
    const { name, arguments: given = {} } = isRecord(params) ? params : {};
    if (typeof name !== "string" || !isRecord(given)) {
      const wrong =
        typeof name === "string" ? "arguments must be an object" : "name must be a text";
      return failed(id, ErrorCode.InvalidParams, `Invalid request parameters: ${wrong}`);
    }
    let result: CallToolResult;
    try {
      result = await callTool(this.#plugins, name, given, call.abort);
    } catch {
      return failed(id, ErrorCode.InternalError, "Internal error");
    }
    // The SDK of the reference answers so, with this code; a client that runs one call at a time waits for it.
    return call.isCancelled ? failed(id, 0, "Request cancelled") : { jsonrpc: "2.0", id, result };
  }

  #onCancelled(params: Record<string, unknown> = {}): void {
    const { requestId } = params;
    if (typeof requestId === "string" || typeof requestId === "number") this.cancel(requestId);
  }

  #answer(answer: JsonRpcAnswer): void {
    const { id } = answer;
    if (id === undefined || this.#isClosed) return;
    try {
      this.#send({ id, text: answerText(answer), isError: "error" in answer });
    } catch {
      // The longest text that JavaScript can hold is shorter than what a hook may return.
      const text = errorText(id, ErrorCode.InternalError, "The answer is too long");
      this.#send({ id, text, isError: true });
    }
  }
}

function failed(id: RequestId, code: number, message: string): JsonRpcAnswer {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
