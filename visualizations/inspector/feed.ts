import type { FeedStart } from "../../src/inspector/trace/feed-start.ts";
import type { TraceRecord } from "../../src/inspector/trace/record.ts";

/** How the page and the host are connected. `full`: there are too many pages. `refused`: the token is wrong, so that it makes no sense to try again. */
export type FeedState = "connecting" | "live" | "silent" | "lost" | "full" | "refused";

export interface FeedListener {
  started(start: FeedStart): void;
  /** @param now the host's time */
  received(records: readonly TraceRecord[], now: number): void;
  changed(state: FeedState): void;
}

const retryMs = 1_000;
/** The host says something every second */
const silentMs = 4_000;

/** Follows the host. `EventSource` cannot send the token, so the stream is read by hand. */
export class Feed {
  readonly #token: string;
  readonly #listener: FeedListener;
  #state: FeedState = "connecting";
  #heardAt = 0;

  constructor(token: string, listener: FeedListener) {
    this.#token = token;
    this.#listener = listener;
  }

  /** Goes on until the token is refused. */
  async follow(): Promise<void> {
    setInterval(() => {
      if (this.#state === "live" && performance.now() - this.#heardAt > silentMs)
        this.#change("silent");
    }, 1_000);
    for (let end = await this.#listen(); end !== "refused"; end = await this.#listen()) {
      this.#change(end);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#change("refused");
  }

  /** Reads as long as there is something to read. */
  async #listen(): Promise<"lost" | "full" | "refused"> {
    try {
      const answer = await fetch("/api/stream", { headers: this.#headers() });
      if (answer.status === 401 || answer.status === 403) return "refused";
      if (answer.status === 503) return "full";
      if (answer.ok && answer.body !== null) await this.#read(answer.body);
    } catch {
      // The host has gone, or is about to come back.
    }
    return "lost";
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heardAt = performance.now();
      const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) this.#take(event);
      this.#change("live");
    }
  }

  #take(event: string): void {
    const [, name, data = "{}"] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
    if (name === "start") this.#listener.started(JSON.parse(data));
    if (name !== "records") return;
    const { now, records } = JSON.parse(data);
    this.#listener.received(records, now);
  }

  /** All that the host remembers, as the text of a trace. */
  async trace(): Promise<string> {
    const answer = await fetch("/api/trace", { headers: this.#headers() });
    if (!answer.ok) throw new Error("The host does not give the trace");
    return await answer.text();
  }

  /** @returns why it is not done, in words */
  async control(
    connection: number,
    command: "start" | "stop" | "reconnect",
  ): Promise<string | null> {
    const answer = await fetch("/api/control", {
      method: "POST",
      headers: { ...this.#headers(), "content-type": "application/json" },
      body: JSON.stringify({ connection, command }),
    });
    return answer.status === 202 ? null : await answer.text();
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }

  #change(state: FeedState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listener.changed(state);
  }
}
