interface Timer {
  readonly due: number;
  readonly listener: () => void;
}

/**
 * Simulated time for an actor. It goes from timer to timer, so that one which is set while another one fires is due in the
 * same step. XState's own simulated clock leaves such a timer for the next step.
 */
export class StepClock {
  #now = 0;
  #nextHandle = 1;
  readonly #timers = new Map<number, Timer>();

  now(): number {
    return this.#now;
  }

  get pending(): number {
    return this.#timers.size;
  }

  readonly setTimeout = (listener: () => void, ms: number): number => {
    const handle = this.#nextHandle++;
    this.#timers.set(handle, { due: this.#now + ms, listener });
    return handle;
  };

  readonly clearTimeout = (handle: number): void => {
    this.#timers.delete(handle);
  };

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [handle, { due, listener }] = next;
      this.#timers.delete(handle);
      this.#now = Math.max(this.#now, due);
      listener();
    }
    this.#now = end;
  }

  /** The first timer that is due by then; of several, the one that was set first. */
  #next(end: number): [number, Timer] | undefined {
    let first: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].due <= end && (!first || entry[1].due < first[1].due)) first = entry;
    }
    return first;
  }
}
