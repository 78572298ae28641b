import type { Clock } from "../clock.ts";
import { TimeLine } from "./time-line.ts";

// What a world does in time is not among the timers of those who go by its clock.
const lines = new WeakMap<SimulatedClock, TimeLine>();

/** The time behind a clock. */
export function lineOf(clock: SimulatedClock): TimeLine {
  return lines.get(clock) ?? new TimeLine();
}

const patienceMs = 3_600_000;

/**
 * A clock for the option `clock`: time stands still, unless a test lets it pass. Between two timers everything runs that has
 * become possible, so a test that waits for an hour of timeouts takes as long as the work that is done in it.
 *
 * Work that waits for the real world (a file, a socket, a real timer) takes no simulated time, and is not waited for.
 */
export class SimulatedClock implements Clock {
  readonly #line = new TimeLine();
  readonly #set = new Set<unknown>();

  constructor() {
    lines.set(this, this.#line);
  }

  /** Timers that are set. One stays behind until the latest deadline of a call that was answered before it. */
  get timers(): number {
    return this.#set.size;
  }

  /** Milliseconds since the beginning, which is 0 */
  now(): number {
    return this.#line.now;
  }

  setTimeout(listener: () => void, ms: number): unknown {
    const handle = this.#line.set(() => {
      this.#set.delete(handle);
      listener();
    }, ms);
    this.#set.add(handle);
    return handle;
  }

  clearTimeout(handle: unknown): void {
    if (this.#set.delete(handle)) this.#line.cancel(handle);
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    await this.#line.pass(ms);
  }

  /**
   * Lets time pass until the promise is settled, and gives or throws what it was settled with.
   *
   * @param limitMs how much time may pass. Default: an hour
   * @throws Error if the promise is still pending after that
   */
  async until<T>(promise: Promise<T>, limitMs: number = patienceMs): Promise<T> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    await this.#line.pass(limitMs, () => isSettled);
    if (!isSettled)
      throw new Error(`the promise was still pending after ${limitMs} ms of simulated time`);
    return await promise;
  }

  /** Resolves after `ms` of simulated time: for hooks that take their time. */
  sleep(ms: number): Promise<void> {
    // Not among the timers of those who go by this clock.
    return new Promise((resolve) => {
      this.#line.set(resolve, ms);
    });
  }
}
