import type { LiveRequest } from "./hook-request.ts";

/**
 * How many calls go into the machine together. All calls of a tick in one event cost the least, but then client and plugin
 * take turns instead of working at the same time.
 */
const largestBatch = 8;

/** Collects the calls that are made in one go, so that the machine takes a step for all of them and not for each. */
export class Submissions {
  readonly #submit: (requests: readonly LiveRequest[]) => void;
  #waiting: LiveRequest[] = [];

  constructor(submit: (requests: readonly LiveRequest[]) => void) {
    this.#submit = submit;
  }

  add(request: LiveRequest): void {
    this.#waiting.push(request);
    if (this.#waiting.length === 1) queueMicrotask(() => this.flush());
    else if (this.#waiting.length === largestBatch) this.flush();
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const requests = this.#waiting;
    this.#waiting = [];
    this.#submit(requests);
  }
}
