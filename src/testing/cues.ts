import type { Fault } from "./faults.ts";

/** What a plugin is asked for: to be opened (started, or connected to), for the handshake, its configuration, a hook. */
export type Point = "open" | "handshake" | "config" | "call";

/** When a fault is to strike. Made by the functions of this module. */
export type Cue = RequestCue | TimeCue;

interface TimeCue {
  readonly atMs: number;
  readonly fault: Fault;
  /** Not at once, but with the next call */
  readonly waitsForCall: boolean;
}

type RequestCue =
  | { readonly on: Point; readonly number: number; readonly fault: Fault }
  | { readonly on: Point; readonly chance: number; readonly fault: Fault };

/** At the n-th call of a hook that reaches the plugin, counted from 1, second sends and all sessions included. */
export function onCall(number: number, fault: Fault): Cue {
  return { on: "call", number, fault };
}

/** At the n-th start of the process, or the n-th connection over HTTP. */
export function onOpen(number: number, fault: Fault): Cue {
  return { on: "open", number, fault };
}

/** At the n-th handshake. */
export function onHandshake(number: number, fault: Fault): Cue {
  return { on: "handshake", number, fault };
}

/** At the n-th time that the plugin is asked for its configuration. */
export function onConfig(number: number, fault: Fault): Cue {
  return { on: "config", number, fault };
}

/** At each call of a hook with this chance, as the seed has it. */
export function withChance(chance: number, fault: Fault): Cue {
  return { on: "call", chance, fault };
}

/** At a time, in milliseconds from the beginning. A fault of a request strikes the next call of a hook. */
export function at(ms: number, fault: Fault): Cue {
  return { atMs: ms, fault, waitsForCall: false };
}

/** At the first call of a hook that reaches the plugin after this time, in milliseconds from the beginning. */
export function onCallAfter(ms: number, fault: Fault): Cue {
  return { atMs: ms, fault, waitsForCall: true };
}

/** The faults that are still to come. */
export class FaultScript {
  readonly #random: () => number;
  readonly #cues: RequestCue[] = [];
  readonly #next: Record<Point, Fault[]> = { open: [], handshake: [], config: [], call: [] };
  /** All that was taken since the last time that it was cleared */
  #taken = new WeakSet<readonly Fault[]>();
  readonly #count: Record<Point, number> = { open: 0, handshake: 0, config: 0, call: 0 };

  constructor(random: () => number) {
    this.#random = random;
  }

  add(cue: RequestCue): void {
    this.#cues.push(cue);
  }

  /** The next request of this kind is struck. */
  addNext(point: Point, fault: Fault): void {
    this.#next[point].push(fault);
  }

  /** Nothing goes wrong any more, also of what has begun to. */
  clear(): void {
    this.#taken = new WeakSet();
    this.#cues.length = 0;
    for (const faults of Object.values(this.#next)) faults.length = 0;
  }

  /** A request has come: what strikes it? */
  take(point: Point): Fault[] {
    const number = ++this.#count[point];
    const faults = this.#next[point].splice(0);
    for (const cue of this.#cues) {
      if (cue.on !== point) continue;
      const strikes = "number" in cue ? cue.number === number : this.#random() < cue.chance;
      if (strikes) faults.push(cue.fault);
    }
    this.#taken.add(faults);
    return faults;
  }

  /** What is left of faults that were taken: all of them, or none. */
  still(faults: readonly Fault[]): readonly Fault[] {
    return this.#taken.has(faults) ? faults : [];
  }
}
