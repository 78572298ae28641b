import type { WireCall } from "../channel.ts";
import type { Frame } from "./outbox.ts";

const prefix = "h";

/** A call that is out: from its acceptance until its answer, its withdrawal or the loss. */
export interface OpenCall extends Frame {
  readonly id: number;
  readonly wireId: string;
  isCancelled: boolean;
}

/**
 * The calls that are out. Their JSON-RPC ids are strings, which the SDK's numbers cannot meet, and each is used for one send
 * only.
 */
export class CallTable {
  readonly #byWireId = new Map<string, OpenCall>();
  readonly #byId = new Map<number, OpenCall>();
  #lastNumber = 0;

  get size(): number {
    return this.#byId.size;
  }

  add({ id, params }: WireCall): OpenCall {
    const wireId = `${prefix}${++this.#lastNumber}`;
    const text = `{"jsonrpc":"2.0","id":"${wireId}","method":"tools/call","params":${params}}\n`;
    const call: OpenCall = { id, wireId, text, isSent: false, isCancelled: false };
    this.#byWireId.set(wireId, call);
    this.#byId.set(id, call);
    return call;
  }

  get(id: number): OpenCall | undefined {
    return this.#byId.get(id);
  }

  /** The call that a JSON-RPC id names, by type and value; undefined if it is none that is out. */
  named(wireId: unknown): OpenCall | undefined {
    return typeof wireId === "string" ? this.#byWireId.get(wireId) : undefined;
  }

  /** The only call that the plugin has; undefined if there are none or several. */
  get onlySent(): OpenCall | undefined {
    const sent = [...this.#byId.values()].filter((call) => call.isSent);
    return sent.length === 1 ? sent[0] : undefined;
  }

  /** Whether an id has the form of ours, so that nobody else can be meant by it. */
  isOwnId(wireId: unknown): boolean {
    return typeof wireId === "string" && /^h[1-9]\d*$/.test(wireId);
  }

  delete(call: OpenCall): void {
    this.#byWireId.delete(call.wireId);
    this.#byId.delete(call.id);
  }

  /** Ends all of them. */
  clear(): OpenCall[] {
    const calls = [...this.#byId.values()];
    this.#byWireId.clear();
    this.#byId.clear();
    return calls;
  }
}
