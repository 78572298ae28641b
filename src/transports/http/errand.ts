import type { IncomingHttpHeaders } from "node:http";
import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import { longestTimerMs } from "../../timer-range.ts";
import type { JsonObject } from "../message.ts";
import {
  type BodyReader,
  EventReader,
  JsonReader,
  streamEnded,
  TextReader,
} from "./body-reader.ts";
import { type Ending, type Interrupted, type Refused, tooLarge, unusable } from "./ending.ts";
import { Exchange, type ExchangeOwner } from "./exchange.ts";
import type { Lingering } from "./lingering.ts";
import { readRetryAfter } from "./retry-after.ts";

const mostRedirects = 3;
/** Before the rest of a stream is asked for, where the server does not say how long to wait */
const defaultRetryMs = 1_000;
/** A server that says 0 is not asked without end as fast as this process can */
const leastRetryMs = 10;

/** A message that is to be sent. */
export interface Order {
  readonly method: "POST" | "DELETE" | "GET";
  /** JSON; null without a body */
  readonly text: string | null;
  /** Of a request; undefined where no answer is asked for */
  readonly wireId: RequestId | undefined;
  /** The event behind which a stream is to go on */
  readonly lastEventId?: string;
  /** Looks at the head of a successful answer, and may refuse it */
  readonly accept?: (headers: IncomingHttpHeaders) => Ending | undefined;
  /** Called once, unless the errand was cancelled */
  readonly ended: (ending: Ending) => void;
}

/** What errands need of the session that they are sent in. */
export interface ErrandSite {
  readonly path: string;
  readonly maxMessageBytes: number;
  readonly lingering: Lingering;
  readonly clock: Clock;
  /** Whether requests name a session */
  readonly hasSession: boolean;
  /** Grows when the user's headers change */
  readonly headersVersion: number;
  readonly canRefreshHeaders: boolean;
  dispatch(path: string, order: Order, handler: Dispatcher.DispatchHandler): void;
  refreshHeaders(): Promise<void>;
  redirectedPath(from: string, location: string | undefined): string | undefined;
  /** Something came over HTTP, whatever it says */
  noteResponse(): void;
  /** The text of a refusal was read */
  noteRefusal(status: number, text: string): void;
  /** A message came that is not the answer */
  receive(message: JsonObject): void;
}

/**
 * One message on its way: to where redirects lead, and once more with new headers after a 401. If the stream of its
 * answer is interrupted, and the server has named the event, the rest of it is asked for.
 */
export class Errand implements ExchangeOwner {
  readonly #site: ErrandSite;
  readonly #order: Order;
  #path: string;
  #exchange: Exchange | undefined;
  #headersVersion = 0;
  #hasRefreshed = false;
  #redirects = 0;
  #isCancelled = false;
  #interrupted: Interrupted | undefined;
  #retry: unknown;

  constructor(site: ErrandSite, order: Order) {
    this.#site = site;
    this.#order = order;
    this.#path = site.path;
  }

  /** The server may have got the message, or a part of it, and has not refused it. */
  get isSent(): boolean {
    return this.#interrupted !== undefined || (this.#exchange?.isSent ?? false);
  }

  send(): void {
    this.#headersVersion = this.#site.headersVersion;
    this.#exchange = new Exchange(this, this.#site.lingering);
    this.#site.dispatch(this.#path, this.#next(), this.#exchange);
  }

  /** Closes the connection. Nothing is reported any more. */
  cancel(): void {
    this.#isCancelled = true;
    if (this.#retry !== undefined) this.#site.clock.clearTimeout(this.#retry);
    this.#exchange?.abort();
  }

  responded(status: number, headers: IncomingHttpHeaders): BodyReader | Ending | undefined {
    this.#site.noteResponse();
    if (status < 300) return this.#succeeded(status, headers);
    if (status === 307 || status === 308) return this.#redirect(status, one(headers.location));
    if (status === 401 && this.#site.canRefreshHeaders && !this.#hasRefreshed) {
      void this.#refresh();
      return undefined;
    }
    const refused = readRefusal(status, headers);
    if (status !== 400 || !this.#site.hasSession) return refused;
    return new TextReader((text) => {
      this.#site.noteRefusal(status, text);
      return { ...refused, blamesSession: blamesSession(text) };
    });
  }

  ended(ending: Ending | Interrupted): void {
    if (this.#isCancelled) return;
    if (ending.kind === "interrupted") this.#resume(ending);
    else this.#order.ended(this.#interrupted === undefined ? ending : afterInterruption(ending));
  }

  #next(): Order {
    if (this.#interrupted === undefined) return this.#order;
    const { lastEventId } = this.#interrupted;
    return { ...this.#order, method: "GET", text: null, lastEventId };
  }

  // As often as the server likes, for a call has a deadline.
  #resume(interrupted: Interrupted): void {
    this.#interrupted = interrupted;
    const { retryMs = defaultRetryMs } = interrupted;
    const waitMs = Math.min(Math.max(retryMs, leastRetryMs), longestTimerMs);
    this.#retry = this.#site.clock.setTimeout(() => this.send(), waitMs);
  }

  #succeeded(status: number, headers: IncomingHttpHeaders): BodyReader | Ending {
    const refusal = this.#order.accept?.(headers);
    if (refusal) return refusal;
    const { wireId } = this.#order;
    if (wireId === undefined) return { kind: "accepted" };
    if (status === 202) return unusable(texts.accepted);
    const { maxMessageBytes: maxBytes } = this.#site;
    const onOther = (message: JsonObject): void => this.#site.receive(message);
    const type = mediaType(headers["content-type"]);
    if (this.#interrupted !== undefined && type !== "text/event-stream") return streamEnded();
    if (type === "text/event-stream") return new EventReader({ wireId, maxBytes, onOther });
    if (type !== "application/json") return unusable(texts.mediaType);
    if (Number(headers["content-length"]) > maxBytes) return tooLarge(maxBytes);
    return new JsonReader({ wireId, maxBytes, onOther });
  }

  #redirect(status: number, location: string | undefined): Ending | undefined {
    const path = this.#site.redirectedPath(this.#path, location);
    if (path === undefined) return redirectRefused(status, texts.otherOrigin);
    if (++this.#redirects > mostRedirects) return redirectRefused(status, texts.manyRedirects);
    this.#path = path;
    this.#resend();
    return undefined;
  }

  async #refresh(): Promise<void> {
    this.#hasRefreshed = true;
    this.#exchange = undefined;
    try {
      // Another request may have had the same experience, and be further on.
      if (this.#headersVersion === this.#site.headersVersion) await this.#site.refreshHeaders();
    } catch (cause) {
      this.ended({ kind: "refused", status: 401, cause });
      return;
    }
    this.#resend();
  }

  #resend(): void {
    this.#exchange = undefined;
    // Not from within undici's report of the refusal.
    queueMicrotask(() => {
      if (!this.#isCancelled) this.send();
    });
  }
}

/** The message has been taken, so whatever says no now says it to the question for the rest of the answer. */
function afterInterruption(ending: Ending): Ending {
  if (ending.kind === "refused") return streamEnded();
  return ending.kind === "cut" ? { ...ending, isSent: true } : ending;
}

function readRefusal(status: number, headers: IncomingHttpHeaders): Refused {
  const retryAfterMs = readRetryAfter(one(headers["retry-after"]), one(headers.date), Date.now());
  return { kind: "refused", status, retryAfterMs };
}

function redirectRefused(status: number, reason: string): Ending {
  const message = `The server answered with HTTP status ${status}: ${reason}`;
  return { ...unusable(message, "not_processed", "REDIRECT_REFUSED"), status };
}

/** Whether the text of a 400 says that the session is missing, or not known: some servers do not answer 404. */
function blamesSession(text: string): boolean {
  return /\bsession\b/i.test(text)
    ? /\b(missing|invalid|valid|unknown|expired|terminated|required|(not|no longer) (found|known|exist\w*))\b/i.test(
        text,
      )
    : /\bnot initialized\b/i.test(text);
}

function mediaType(header: string | string[] | undefined): string {
  return (one(header)?.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** The value of a header that must not be there twice. */
function one(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}

const texts = {
  accepted: "The server answered a request with 202 Accepted, and so will never answer it",
  mediaType: "The server's answer is neither application/json nor text/event-stream",
  otherOrigin: "it redirects to another origin, or nowhere, which is not followed; correct mcp.url",
  manyRedirects: `it redirects more than ${mostRedirects} times`,
} as const;
