import { setImmediate as nextTurn } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { PluginError } from "../../errors.ts";
import type { JsonObject } from "../message.ts";
import type { Ending } from "./ending.ts";
import {
  cutError,
  type EndingFacts,
  refusedError,
  sessionGoneError,
  unusableError,
} from "./ending-error.ts";
import type { Errand } from "./errand.ts";
import type { HttpSession } from "./http-session.ts";

/** A request of the SDK that is out. */
interface OpenRequest {
  readonly errand: Errand;
  readonly reject: (error: PluginError) => void;
}

/** A server that asks without end must not fill the memory with our answers. */
const mostReplies = 16;

export interface SdkLink {
  /** Undefined before the channel is open */
  readonly session: () => HttpSession | undefined;
  readonly facts: () => EndingFacts;
  readonly close: () => Promise<void>;
}

/**
 * The MCP SDK's end. Each message is a POST of its own, and what `send` rejects with is a PluginError. There is no GET
 * stream: plugin servers do not speak unasked.
 */
export class SdkTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly #link: SdkLink;
  readonly #requests = new Map<RequestId, OpenRequest>();
  readonly #rejects = new Set<(error: PluginError) => void>();
  #initializeId: RequestId | undefined;
  #replies = 0;
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

  /** Resolves when the server has taken the message; for a request, when it has answered. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#end) throw this.#end;
    if ("method" in message) {
      if ("id" in message) await this.#sendRequest(message, message.id, message.method);
      else await this.#sendNotification(message, message.method, message.params);
    } else {
      await this.#sendReply(message);
    }
  }

  setProtocolVersion(version: string): void {
    this.#link.session()?.setProtocolVersion(version);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Hands over what the server asks. */
  deliver(message: JsonObject): void {
    try {
      // The SDK checks every message against its schemas itself.
      this.onmessage?.(message as JSONRPCMessage);
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Aborts what is out. Nothing is sent or received any more. */
  end(error: PluginError): void {
    if (this.#end) return;
    this.#end = error;
    for (const { errand } of this.#requests.values()) errand.cancel();
    this.#requests.clear();
    for (const reject of this.#rejects) reject(error);
    this.#rejects.clear();
    try {
      this.onclose?.();
    } catch (thrown) {
      this.#complain(thrown);
    }
  }

  // The connection is free again only when this turn is over, and the next message may as well use it.
  async #sendRequest(message: JSONRPCMessage, id: RequestId, method: string): Promise<void> {
    const isInitialize = method === "initialize";
    if (isInitialize) this.#initializeId = id;
    const ending = await this.#post(message, id, isInitialize);
    this.#requests.delete(id);
    await nextTurn();
    if (this.#end) throw this.#end;
    if (ending.kind === "answered") this.deliver({ jsonrpc: "2.0", id, ...ending.body });
    else throw this.#explain(ending);
  }

  async #sendNotification(message: JSONRPCMessage, method: string, params: unknown): Promise<void> {
    if (method === "notifications/cancelled" && this.#withdraw(params)) return;
    this.#check(await this.#post(message, undefined));
    await nextTurn();
    if (method === "notifications/initialized") this.#hasInitialized = true;
  }

  async #sendReply(message: JSONRPCMessage): Promise<void> {
    if (this.#replies >= mostReplies)
      throw this.#error("QUEUE_FULL", "The server asks more than it lets us answer");
    this.#replies++;
    try {
      this.#check(await this.#post(message, undefined));
    } finally {
      this.#replies--;
    }
  }

  #post(
    message: JSONRPCMessage,
    wireId: RequestId | undefined,
    isInitialize = false,
  ): Promise<Ending> {
    return new Promise((resolve, reject) => {
      const session = this.#link.session();
      if (!session) return reject(this.#error("CONNECT_FAILED", "The channel is not open"));
      this.#rejects.add(reject);
      const ended = (ending: Ending): void => {
        this.#rejects.delete(reject);
        resolve(ending);
      };
      const errand = session.run({
        method: "POST",
        text: JSON.stringify(message),
        wireId,
        ended,
        ...(isInitialize && { accept: (headers) => session.adopt(headers) }),
      });
      if (wireId !== undefined) this.#requests.set(wireId, { errand, reject });
    });
  }

  /** Gives a request up. True if the server must not be told: the protocol forbids it for `initialize`. */
  #withdraw(params: unknown): boolean {
    const { requestId }: { requestId?: RequestId } = params ?? {};
    if (requestId === undefined) return false;
    const request = this.#requests.get(requestId);
    if (request) {
      this.#requests.delete(requestId);
      this.#rejects.delete(request.reject);
      request.errand.cancel();
      request.reject(this.#error("ABORTED", "The request was given up"));
    }
    return requestId === this.#initializeId;
  }

  #check(ending: Ending): void {
    if (ending.kind !== "accepted" && ending.kind !== "answered") throw this.#explain(ending);
  }

  #explain(ending: Ending): PluginError {
    const facts = this.#link.facts();
    const session = this.#link.session();
    switch (ending.kind) {
      case "refused":
        if (!session?.isGone(ending.status, ending.blamesSession))
          return refusedError(ending, facts);
        session.disown();
        return sessionGoneError(ending.status, facts);
      case "cut":
        return cutError(ending, facts);
      case "unusable":
        return unusableError(ending, facts);
      default:
        return this.#error("INVALID_RESPONSE", "The server did not answer a request");
    }
  }

  #error(
    code: "QUEUE_FULL" | "CONNECT_FAILED" | "INVALID_RESPONSE" | "ABORTED",
    message: string,
  ): PluginError {
    const { plugin, phase } = this.#link.facts();
    return new PluginError({ code, message, plugin, phase });
  }

  #complain(thrown: unknown): void {
    try {
      this.onerror?.(thrown instanceof Error ? thrown : new Error(String(thrown)));
    } catch {
      // There is nobody left to tell.
    }
  }
}
