import type { Clock } from "../clock.ts";
import { longestTimerMs } from "../timer-range.ts";

/** Something that is to happen at a time, unless it is cancelled before. */
export interface Alarm {
  /** Monotonic ms */
  readonly dueAt: number;
  /** Who is told. Alarms of one bell that are due together are told together */
  bell: Bell;
  /** Place in the heap, for the alarms' own use; -1 outside of it */
  place: number;
}

export interface Bell {
  /** Must not throw. */
  ring(alarms: readonly Alarm[], now: number): void;
}

/**
 * All waiting times of one clock, in one heap with one timer: a timer for each call would cost more than the rest of it.
 *
 * In a host that was busy a timer may come before an answer that has long been in the pipe. So when time is up, what is there
 * is read first, and only then do the bells ring.
 */
export class Alarms {
  readonly #clock: Clock;
  /** Binary heap: each alarm is due no later than its two children */
  readonly #heap: Alarm[] = [];
  #timer: unknown;
  #timerDueAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#heap.length;
  }

  set(alarm: Alarm): void {
    if (alarm.place >= 0) return;
    this.#heap.push(alarm);
    this.#raise(this.#heap.length - 1, alarm);
    if (alarm.dueAt < this.#timerDueAt) this.#wind();
    else if (this.#heap.length === 1) holdProcess(this.#timer, true);
  }

  cancel(alarm: Alarm): void {
    const { place } = alarm;
    if (place < 0 || this.#heap[place] !== alarm) return;
    this.#remove(place);
    // The timer stays: most calls end long before their deadline, and the next one needs it again.
    if (this.#heap.length === 0) holdProcess(this.#timer, false);
  }

  #wind(): void {
    const [first] = this.#heap;
    this.#clock.clearTimeout(this.#timer);
    this.#timerDueAt = first?.dueAt ?? Number.POSITIVE_INFINITY;
    if (first === undefined) return;
    const ms = Math.ceil(Math.max(0, first.dueAt - this.#clock.now()));
    this.#timer = this.#clock.setTimeout(() => this.#lookOnceMore(), Math.min(ms, longestTimerMs));
  }

  #lookOnceMore(): void {
    const [first] = this.#heap;
    if (first === undefined || first.dueAt > this.#clock.now()) {
      this.#wind();
    } else {
      this.#timerDueAt = Number.NEGATIVE_INFINITY;
      this.#timer = this.#clock.setTimeout(() => this.#ring(), 0);
    }
  }

  #ring(): void {
    const now = this.#clock.now();
    const due = new Map<Bell, Alarm[]>();
    for (let [first] = this.#heap; first && first.dueAt <= now; [first] = this.#heap) {
      this.#remove(0);
      const others = due.get(first.bell);
      if (others) others.push(first);
      else due.set(first.bell, [first]);
    }
    this.#wind();
    for (const [bell, alarms] of due) bell.ring(alarms, now);
  }

  #remove(place: number): void {
    const removed = this.#heap[place];
    const last = this.#heap.pop();
    if (removed) removed.place = -1;
    if (last === undefined || last === removed) return;
    const parent = this.#heap[(place - 1) >> 1];
    if (place > 0 && parent && last.dueAt < parent.dueAt) this.#raise(place, last);
    else this.#sink(place, last);
  }

  #raise(from: number, alarm: Alarm): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.dueAt <= alarm.dueAt) break;
      this.#put(place, parent);
      place = above;
    }
    this.#put(place, alarm);
  }

  #sink(from: number, alarm: Alarm): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      if (left === undefined) break;
      const isRightFirst = right !== undefined && right.dueAt < left.dueAt;
      const child = isRightFirst ? right : left;
      if (child.dueAt >= alarm.dueAt) break;
      this.#put(place, child);
      place = 2 * place + (isRightFirst ? 2 : 1);
    }
    this.#put(place, alarm);
  }

  #put(place: number, alarm: Alarm): void {
    this.#heap[place] = alarm;
    alarm.place = place;
  }
}

/** A timer of Node keeps the process alive, or not. One of a simulation does neither. */
function holdProcess(timer: unknown, holds: boolean): void {
  if (typeof timer !== "object" || timer === null || !("ref" in timer && "unref" in timer)) return;
  const { ref, unref } = timer as Pick<NodeJS.Timeout, "ref" | "unref">;
  (holds ? ref : unref).call(timer);
}

const ofClock = new WeakMap<Clock, Alarms>();

/** The alarms of a clock, shared by all connections that go by it. */
export function alarmsOf(clock: Clock): Alarms {
  let alarms = ofClock.get(clock);
  if (alarms === undefined) {
    alarms = new Alarms(clock);
    ofClock.set(clock, alarms);
  }
  return alarms;
}
