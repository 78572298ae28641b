interface Timer {
  readonly ms: number;
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

  /** For how long the timers that are pending were set, shortest first */
  get waits(): number[] {
    return [...this.#timers.values()].map(({ ms }) => ms).sort((a, b) => a - b);
  }

  readonly setTimeout = (listener: () => void, ms: number): number => {
    const handle = this.#nextHandle++;
    this.#timers.set(handle, { ms, due: this.#now + ms, listener });
    return handle;
  };

  readonly clearTimeout = (handle: number): void => {
    this.#timers.delete(handle);
  };

  /** The timer that was set for so long fires, and no other one, as if its time had come. False if there is none. */
  fire(ms: number): boolean {
    const entry = [...this.#timers].find(([, timer]) => timer.ms === ms);
    if (!entry) return false;
    this.#timers.delete(entry[0]);
    entry[1].listener();
    return true;
  }

  /** Time goes to the next timer, and that one fires, and no other one. False if there is none. */
  fireNext(): boolean {
    const next = this.#next(Number.POSITIVE_INFINITY);
    if (next === undefined) return false;
    const [handle, { due, listener }] = next;
    this.#timers.delete(handle);
    this.#now = Math.max(this.#now, due);
    listener();
    return true;
  }

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
