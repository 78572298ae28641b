import {
  ErrorCode,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { isRecord } from "../models/records.ts";
import { CallAbort } from "./call-abort.ts";
import { Conversation } from "./conversation.ts";
import type { InFlight } from "./in-flight.ts";
import {
  type AnswerText,
  answerText,
  callMethod,
  cancelledAnswer,
  cancelledId,
  failedAnswer,
  type IncomingNotification,
  type IncomingRequest,
} from "./json-rpc.ts";
import type { PluginSet } from "./plugin-set.ts";
import { callTool } from "./tools.ts";

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
  readonly #send: (answer: AnswerText) => void;
  readonly #running = new Map<RequestId, RunningCall>();
  #conversation: Conversation | undefined;
  #isClosed = false;

  constructor(plugins: PluginSet, runs: InFlight, send: (answer: AnswerText) => void) {
    this.#plugins = plugins;
    this.#runs = runs;
    this.#send = send;
  }

  /** Whether a call of that id has not been answered yet. */
  isRunning(id: RequestId): boolean {
    return this.#running.has(id);
  }

  /** Takes a message. A request must not have the id of a call that is running. */
  receive(incoming: IncomingRequest | IncomingNotification): void {
    const { kind, message } = incoming;
    if (kind === "request" && message.method === callMethod) void this.#call(incoming);
    else if (kind === "request") this.#converse(message);
    else {
      const cancelled = cancelledId(message);
      if (cancelled === undefined) this.#converse(message);
      else this.cancel(cancelled);
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

  async #call({ message: { id, params }, bytes }: IncomingRequest): Promise<void> {
    const call: RunningCall = { abort: new CallAbort(), isCancelled: false };
    const share = this.#runs.begin(bytes);
    this.#running.set(id, call);
    const answer = await this.#answerTo(id, params, call);
    this.#running.delete(id);
    if (!this.#isClosed) this.#send(answer);
    share.end();
  }

  async #answerTo(id: RequestId, params: unknown, call: RunningCall): Promise<AnswerText> {
    const { name, arguments: written } = isRecord(params) ? params : {};
    if (typeof name !== "string") return invalidParams(id, "name must be a text");
    // Without arguments, or with null for them, a tool is called with none.
    const given = written ?? {};
    if (!isRecord(given)) return invalidParams(id, "arguments must be an object");
    const result = await callTool(this.#plugins, name, given, call.abort);
    if (call.isCancelled) return cancelledAnswer(id);
    try {
      return { id, text: answerText({ jsonrpc: "2.0", id, result }), isError: false };
    } catch {
      // The longest text that JavaScript can hold is shorter than what a hook may return.
      return failedAnswer(id, ErrorCode.InternalError, "The answer is too long");
    }
  }

  #converse(message: JSONRPCRequest | JSONRPCNotification): void {
    this.#conversation ??= new Conversation((answer) => {
      const { id } = answer;
      if (id === undefined || this.#isClosed) return;
      this.#send({ id, text: answerText(answer), isError: "error" in answer });
    });
    this.#conversation.receive(message);
  }
}

function invalidParams(id: RequestId, what: string): AnswerText {
  return failedAnswer(id, ErrorCode.InvalidParams, `Invalid request parameters: ${what}`);
}
