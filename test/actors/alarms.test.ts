import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Alarm, Alarms, alarmsOf, type Bell } from "../../src/actors/alarms.ts";
import type { Clock } from "../../src/clock.ts";
import { longestTimerMs } from "../../src/timer-range.ts";

interface Timer {
  readonly handle: number;
  readonly ms: number;
  readonly listener: () => void;
}

/** Time that stands still until it is told where to be, and timers that fire when they are told to. */
class HandClock implements Clock {
  time = 0;
  timers: Timer[] = [];
  longestMs = 0;
  #handles = 0;

  now(): number {
    return this.time;
  }

  setTimeout(listener: () => void, ms: number): number {
    const handle = ++this.#handles;
    this.longestMs = Math.max(this.longestMs, ms);
    this.timers.push({ handle, ms, listener });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.timers = this.timers.filter((timer) => timer.handle !== handle);
  }

  /** Fires the one timer that there is. */
  fire(): void {
    const [timer, ...others] = this.timers;
    if (timer === undefined || others.length > 0) throw new Error("expected one timer");
    this.timers = [];
    timer.listener();
  }

  /** Fires until nothing is due at once any more. */
  goTo(time: number): void {
    this.time = time;
    for (let rounds = 0; rounds < 2; rounds++) if (this.timers.length > 0) this.fire();
  }
}

interface Ring {
  readonly alarms: readonly Alarm[];
  readonly now: number;
}

class Listener implements Bell {
  readonly rings: Ring[] = [];

  ring(alarms: readonly Alarm[], now: number): void {
    this.rings.push({ alarms, now });
  }
}

function alarm(dueAt: number, bell: Bell): Alarm {
  return { dueAt, bell, place: -1 };
}

describe("alarms", () => {
  it("ring what is due, in one call for each bell, in the order of their times", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const [one, other] = [new Listener(), new Listener()];
    const set = [5, 3, 9, 4].map((dueAt) => alarm(dueAt, one));
    const ofOther = alarm(4, other);
    for (const each of [...set, ofOther]) alarms.set(each);
    clock.goTo(5);
    expect(one.rings).toEqual([{ alarms: [set[1], set[3], set[0]], now: 5 }]);
    expect(other.rings).toEqual([{ alarms: [ofOther], now: 5 }]);
    expect(alarms.size).toBe(1);
  });

  it("have one timer, for the first of them", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const bell = new Listener();
    for (const dueAt of [50, 20, 70, 10.5, 30]) alarms.set(alarm(dueAt, bell));
    expect(clock.timers.map(({ ms }) => ms)).toEqual([11]);
  });

  it("let what is waiting be read before they ring", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const bell = new Listener();
    const answered = alarm(10, bell);
    const unanswered = alarm(10, bell);
    alarms.set(answered);
    alarms.set(unanswered);
    clock.time = 10_000;
    clock.fire();
    expect(bell.rings).toEqual([]);
    expect(clock.timers.map(({ ms }) => ms)).toEqual([0]);
    // What was in the pipe is the answer to the first.
    alarms.cancel(answered);
    clock.fire();
    expect(bell.rings).toEqual([{ alarms: [unanswered], now: 10_000 }]);
  });

  it("do not ring before their time, though the timer comes early", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const bell = new Listener();
    alarms.set(alarm(10, bell));
    clock.time = 9.6;
    clock.fire();
    expect(clock.timers.map(({ ms }) => ms)).toEqual([1]);
    clock.goTo(10);
    expect(bell.rings).toHaveLength(1);
  });

  it("reach further than a timer of Node does", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const bell = new Listener();
    alarms.set(alarm(2 * longestTimerMs + 5, bell));
    for (const time of [longestTimerMs, 2 * longestTimerMs]) {
      clock.time = time;
      clock.fire();
    }
    expect(clock.longestMs).toBe(longestTimerMs);
    expect(bell.rings).toEqual([]);
    clock.goTo(2 * longestTimerMs + 5);
    expect(bell.rings).toHaveLength(1);
  });

  it("can be set from a bell that rings, also for now", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const rung: string[] = [];
    const later = alarm(5, { ring: () => rung.push("second") });
    const first: Bell = {
      ring: () => {
        rung.push("first");
        alarms.set(later);
      },
    };
    alarms.set(alarm(5, first));
    clock.goTo(5);
    expect(rung).toEqual(["first"]);
    clock.goTo(5);
    expect(rung).toEqual(["first", "second"]);
    expect(alarms.size).toBe(0);
  });

  it("are set and cancelled once, however often that is asked for", () => {
    const clock = new HandClock();
    const alarms = new Alarms(clock);
    const bell = new Listener();
    const one = alarm(5, bell);
    alarms.set(one);
    alarms.set(one);
    expect(alarms.size).toBe(1);
    alarms.cancel(one);
    alarms.cancel(one);
    alarms.cancel(alarm(1, bell));
    expect(alarms.size).toBe(0);
    clock.goTo(5);
    expect(bell.rings).toEqual([]);
    expect(clock.timers).toEqual([]);
  });

  it("do what a sorted list does", () => {
    const step = fc.oneof(
      { arbitrary: fc.record({ set: fc.integer({ min: 0, max: 40 }) }), weight: 4 },
      { arbitrary: fc.record({ cancel: fc.nat(50) }), weight: 2 },
      { arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 15 }) }), weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const pair = new ModelAndAlarms();
        for (const each of steps) pair.take(each);
        pair.compare();
      }),
      { numRuns: 500 },
    );
  });
});

type Step = { readonly set: number } | { readonly cancel: number } | { readonly pass: number };

/** The alarms, and beside them a list that is sorted at every step. */
class ModelAndAlarms {
  readonly #clock = new HandClock();
  readonly #alarms = new Alarms(this.#clock);
  readonly #bell = new Listener();
  readonly #everSet: Alarm[] = [];
  readonly #expected: Ring[] = [];
  #model: Alarm[] = [];

  take(step: Step): void {
    if ("set" in step) this.#set(step.set);
    else if ("cancel" in step) this.#cancel(this.#everSet[step.cancel % this.#everSet.length]);
    else this.#pass(step.pass);
    const held = this.#everSet.filter(({ place }) => place >= 0);
    expect(new Set(held)).toEqual(new Set(this.#model));
    expect(this.#alarms.size).toBe(this.#model.length);
  }

  compare(): void {
    expect(this.#bell.rings.map(asTimes)).toEqual(this.#expected.map(asTimes));
    for (const [nth, { alarms }] of this.#expected.entries())
      expect(new Set(this.#bell.rings[nth]?.alarms)).toEqual(new Set(alarms));
  }

  #set(afterMs: number): void {
    const added = alarm(this.#clock.time + afterMs, this.#bell);
    this.#everSet.push(added);
    this.#model = [...this.#model, added].sort((a, b) => a.dueAt - b.dueAt);
    this.#alarms.set(added);
  }

  #cancel(gone: Alarm | undefined): void {
    if (gone === undefined) return;
    this.#model = this.#model.filter((held) => held !== gone);
    this.#alarms.cancel(gone);
  }

  #pass(ms: number): void {
    const now = this.#clock.time + ms;
    this.#clock.goTo(now);
    const due = this.#model.filter(({ dueAt }) => dueAt <= now);
    this.#model = this.#model.filter(({ dueAt }) => dueAt > now);
    if (due.length > 0) this.#expected.push({ alarms: due, now });
  }
}

function asTimes({ alarms, now }: Ring): unknown {
  return { now, times: alarms.map(({ dueAt }) => dueAt) };
}

describe("the timer of Node behind them", () => {
  const clock: Clock = {
    now: () => performance.now(),
    setTimeout: (listener, ms) => setTimeout(listener, ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
  const quiet: Bell = { ring: () => {} };

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("keeps the process alive while something is waited for, and only then", () => {
    const timers: NodeJS.Timeout[] = [];
    const alarms = new Alarms({
      ...clock,
      setTimeout: (listener, ms) => {
        const timer = setTimeout(listener, ms);
        timers.push(timer);
        return timer;
      },
    });
    const holding = (): boolean[] => timers.map((timer) => timer.hasRef());
    const first = alarm(clock.now() + 60_000, quiet);
    const later = alarm(clock.now() + 90_000, quiet);
    alarms.set(first);
    expect(holding()).toEqual([true]);
    alarms.cancel(first);
    expect(holding()).toEqual([false]);
    alarms.set(later);
    expect(holding()).toEqual([true]);
    alarms.set(alarm(clock.now() + 95_000, quiet));
    alarms.cancel(later);
    expect(holding()).toEqual([true]);
    for (const timer of timers) clearTimeout(timer);
  });

  it("rings in real time", async () => {
    const alarms = new Alarms(clock);
    // A bell each: in a busy process both may be due at once.
    const [early, late] = [new Listener(), new Listener()];
    const start = clock.now();
    alarms.set(alarm(start + 30, late));
    alarms.set(alarm(start + 10, early));
    while (late.rings.length === 0) await wait(1);
    expect(early.rings).toHaveLength(1);
    expect(early.rings[0]?.now).toBeGreaterThanOrEqual(start + 10);
    expect(late.rings[0]?.now).toBeGreaterThanOrEqual(start + 30);
  });

  it("is one for all who go by the same clock", () => {
    expect(alarmsOf(clock)).toBe(alarmsOf(clock));
    expect(alarmsOf({ ...clock })).not.toBe(alarmsOf(clock));
  });
});
