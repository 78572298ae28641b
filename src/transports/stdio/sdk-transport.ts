import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { PluginError } from "../../errors.ts";
import type { WireAnswer } from "../channel.ts";
import type { JsonObject } from "../message.ts";
import type { Frame } from "./outbox.ts";

/** What the SDK's end needs of the channel. */
export interface SdkLink {
  /** Accepts a frame, or says why not */
  send(frame: Frame): PluginError | undefined;
  close(): Promise<void>;
}

/**
 * The MCP SDK's end of the pipe. Only answers that the SDK waits for reach it, matched by type and value: the SDK itself takes
 * the id "7" for 7 and "" for 0.
 */
export class SdkTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly #link: SdkLink;
  readonly #awaited = new Set<unknown>();
  readonly #unsent = new Set<(error: PluginError) => void>();
  #end: PluginError | undefined;
  #hasInitialized = false;

  constructor(link: SdkLink) {
    this.#link = link;
  }

  /** Whether the SDK has ended its handshake well */
  get hasInitialized(): boolean {
    return this.#hasInitialized;
  }

  async start(): Promise<void> {
    if (this.#end) throw this.#end;
  }

  /** Resolves when the pipe has taken the message. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const text = `${JSON.stringify(message)}\n`;
      const onSent = (): void => {
        this.#unsent.delete(reject);
        resolve();
      };
      this.#note(message);
      this.#unsent.add(reject);
      const refusal = this.#end ?? this.#link.send({ text, isSent: false, onSent });
      if (refusal === undefined) return;
      this.#unsent.delete(reject);
      reject(refusal);
    });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  isAwaiting(id: unknown): boolean {
    return this.#awaited.has(id);
  }

  /** Ids of all requests of the SDK that are out */
  get awaited(): readonly unknown[] {
    return [...this.#awaited];
  }

  /** Hands over the answer to a request that is out, without the members that the SDK's strict schemas refuse. */
  answer(id: unknown, body: WireAnswer["body"] | undefined): void {
    this.#awaited.delete(id);
    const malformed = { error: { code: -32_600, message: "The answer is malformed" } };
    this.deliver({ jsonrpc: "2.0", id, ...(body ?? malformed) });
  }

  deliver(message: JsonObject): void {
    try {
      // The SDK checks every message against its schemas itself.
      this.onmessage?.(message as JSONRPCMessage);
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Nothing is sent or received any more. */
  end(error: PluginError): void {
    if (this.#end) return;
    this.#end = error;
    for (const reject of this.#unsent) reject(error);
    this.#unsent.clear();
    this.#awaited.clear();
    try {
      this.onclose?.();
    } catch (thrown) {
      this.#complain(thrown);
    }
  }

  #note(message: JSONRPCMessage): void {
    if (!("method" in message)) return;
    if ("id" in message) this.#awaited.add(message.id);
    if (message.method === "notifications/initialized") this.#hasInitialized = true;
    if (message.method === "notifications/cancelled") {
      const { requestId }: Record<string, unknown> = message.params ?? {};
      this.#awaited.delete(requestId);
    }
  }

  #complain(thrown: unknown): void {
    try {
      this.onerror?.(thrown instanceof Error ? thrown : new Error(String(thrown)));
    } catch {
      // There is nobody left to tell.
    }
  }
}
