import type { ServerResponse } from "node:http";
import type { History } from "../history.ts";
import type { FeedStart } from "../trace/feed-start.ts";
import type { TraceHeader, TraceRecord } from "../trace/record.ts";
import { writeHead } from "./respond.ts";

/** So many records go out together. */
const batchSize = 500;
/** A page that takes nothing for so long has gone, whatever its socket says. */
const stalledMs = 30_000;
/** The page tells a silent host from a quiet one by this. */
const tickMs = 1_000;

export interface FeedParts {
  readonly history: History;
  readonly header: TraceHeader;
  readonly allowControl: boolean;
  readonly trace: string | null;
  readonly now: () => number;
}

/**
 * One page that looks on, by server-sent events. Nothing is kept for it but its place in the history. A page that does not
 * take what it is sent is sent no more until it has; when the history has gone on without it, it is told the state of affairs
 * and goes on from there.
 */
export class LiveFeed {
  readonly #response: ServerResponse;
  readonly #parts: FeedParts;
  #next: number;
  #sentAt = 0;

  constructor(response: ServerResponse, parts: FeedParts) {
    this.#response = response;
    this.#parts = parts;
    // A trace is fetched as a whole.
    this.#next = parts.trace === null ? parts.history.start : parts.history.end;
    writeHead(response, 200, { "content-type": "text/event-stream" });
    this.#start(parts.history.describeBase());
    response.on("drain", () => {
      // While it catches up. What is new waits for its turn.
      if (this.#next + batchSize <= parts.history.end) this.pump();
    });
    this.pump();
  }

  /** Sends what there is, as far as the page takes it. */
  pump(): void {
    const { history, now } = this.#parts;
    if (this.#response.destroyed) return;
    const at = now();
    if (this.#response.writableNeedDrain) {
      if (at - this.#sentAt > stalledMs) this.#response.destroy();
      return;
    }
    if (this.#next < history.start) {
      this.#next = history.end;
      this.#start(history.describeNow(at));
    }
    const records = history.slice(this.#next, batchSize);
    if (records.length === 0 && at - this.#sentAt < tickMs) return;
    this.#next += records.length;
    this.#send("records", { now: at, records });
  }

  end(): void {
    this.#response.end();
  }

  #start(records: readonly TraceRecord[]): void {
    const { header, allowControl, trace, now } = this.#parts;
    const next = this.#next;
    const start: FeedStart = { header, allowControl, trace, now: now(), records, next };
    this.#send("start", start);
  }

  #send(event: string, data: unknown): void {
    this.#sentAt = this.#parts.now();
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
