import { settle } from "./settle.ts";

/** So many timers that follow from one another without any time between them never end. */
const mostAtOnce = 100_000;

interface Timer {
  readonly dueAt: number;
  /** Among timers that are due together the first one set goes first */
  readonly number: number;
  /** Undefined once it was cancelled: its place in the heap stays until it comes up */
  listener: (() => void) | undefined;
}

/** Simulated time, and all that is to happen in it. */
export class TimeLine {
  #now = 0;
  #lastNumber = 0;
  /** Binary heap: each timer comes no later than its two children */
  #heap: Timer[] = [];
  #cancelled = 0;
  /** Those who let time pass do so one after the other */
  #turn: Promise<void> = Promise.resolve();

  get now(): number {
    return this.#now;
  }

  set(listener: () => void, ms: number): unknown {
    const dueAt = this.#now + Math.max(0, ms);
    const timer: Timer = { dueAt, number: ++this.#lastNumber, listener };
    this.#heap.push(timer);
    this.#raise(this.#heap.length - 1, timer);
    return timer;
  }

  /** False if the timer has fired, or was cancelled. */
  cancel(handle: unknown): boolean {
    const timer = handle as Timer | undefined;
    if (timer?.listener === undefined) return false;
    timer.listener = undefined;
    this.#cancelled += 1;
    if (this.#cancelled * 2 > this.#heap.length) this.#sweep();
    return true;
  }

  /**
   * Lets `ms` pass, one timer after the other, each with everything that follows from it. Stops early when `isEnough` says
   * so.
   */
  pass(ms: number, isEnough: () => boolean = () => false): Promise<void> {
    const passing = this.#turn.then(() => this.#pass(this.#now + ms, isEnough));
    this.#turn = passing.then(
      () => {},
      () => {},
    );
    return passing;
  }

  async #pass(end: number, isEnough: () => boolean): Promise<void> {
    await settle();
    let atOnce = 0;
    for (;;) {
      if (isEnough()) return;
      const timer = this.#next(end);
      if (timer === undefined) break;
      atOnce = timer.dueAt > this.#now ? 0 : atOnce + 1;
      if (atOnce > mostAtOnce) throw new Error(`time stands still at ${this.#now} ms`);
      this.#now = Math.max(this.#now, timer.dueAt);
      const { listener } = timer;
      timer.listener = undefined;
      listener?.();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  #next(end: number): Timer | undefined {
    for (let [first] = this.#heap; first && first.dueAt <= end; [first] = this.#heap) {
      this.#removeFirst();
      if (first.listener) return first;
      this.#cancelled -= 1;
    }
    return undefined;
  }

  #sweep(): void {
    const live = this.#heap.filter(({ listener }) => listener);
    this.#heap = live.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  #raise(from: number, timer: Timer): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || comesBefore(parent, timer)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = timer;
  }

  #sink(timer: Timer): void {
    let place = 0;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      if (left === undefined) break;
      const isRightFirst = right !== undefined && comesBefore(right, left);
      const child = isRightFirst ? right : left;
      if (comesBefore(timer, child)) break;
      this.#heap[place] = child;
      place = 2 * place + (isRightFirst ? 2 : 1);
    }
    this.#heap[place] = timer;
  }
}

function comesBefore(a: Timer, b: Timer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.number < b.number);
}
