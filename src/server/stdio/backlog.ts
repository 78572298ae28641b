import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { IncomingRequest } from "../json-rpc.ts";

const enoughBytes = 1024 * 1024;

/**
 * Calls that have been read and cannot run yet, in their order. Some are read ahead, so that what comes behind them, such
 * as a cancellation, is not held up.
 */
export class Backlog {
  readonly #calls = new Map<RequestId, IncomingRequest>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  /** Whether no more should be read */
  get isLarge(): boolean {
    return this.#bytes >= enoughBytes;
  }

  has(id: RequestId): boolean {
    return this.#calls.has(id);
  }

  add(call: IncomingRequest): void {
    this.#calls.set(call.message.id, call);
    this.#bytes += call.bytes;
  }

  /** Takes out a call that is not to run any more; false if it does not wait here. */
  remove(id: RequestId): boolean {
    const call = this.#calls.get(id);
    if (call === undefined) return false;
    this.#calls.delete(id);
    this.#bytes -= call.bytes;
    return true;
  }

  /** Takes out the call that has waited longest. */
  next(): IncomingRequest | undefined {
    const [first] = this.#calls.values();
    if (first !== undefined) this.remove(first.message.id);
    return first;
  }
}
