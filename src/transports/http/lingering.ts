import type { Clock } from "../../clock.ts";

const sweepMs = 1_000;
const mostAtOnce = 256;

/** A response that nobody reads any more, but whose end frees its connection for the next request. */
export interface Lingerer {
  abort(): void;
}

/**
 * Responses that may still come to their end by themselves. Each gets at least a sweep's time, and then its connection
 * is closed: a server that never ends its streams must not hold one connection per call.
 */
export class Lingering {
  readonly #clock: Clock;
  #recent = new Set<Lingerer>();
  #old = new Set<Lingerer>();
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(response: Lingerer): void {
    if (this.#recent.size + this.#old.size >= mostAtOnce) {
      response.abort();
      return;
    }
    this.#recent.add(response);
    this.#timer ??= this.#clock.setTimeout(() => this.#sweep(), sweepMs);
  }

  delete(response: Lingerer): void {
    if (!this.#recent.delete(response)) this.#old.delete(response);
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#recent.clear();
    this.#old.clear();
  }

  // One timer a second for all, and none where nothing lingers: most responses end with the chunk of their answer.
  #sweep(): void {
    this.#timer = undefined;
    const overdue = this.#old;
    this.#old = this.#recent;
    this.#recent = new Set();
    for (const response of overdue) response.abort();
    if (this.#old.size > 0) this.#timer = this.#clock.setTimeout(() => this.#sweep(), sweepMs);
  }
}
