import type { TimeLine } from "./time-line.ts";

export interface WireEnd {
  bytes(chunk: Buffer): void;
  /** The other side has nothing more to say, or (`reset`) has gone without a word */
  ended(isReset: boolean): void;
}

/** One direction of a connection: what goes in comes out some time later, in the same order. */
export class Wire {
  readonly #line: TimeLine;
  readonly #latencyMs: number;
  readonly #end: WireEnd;
  /** When the latest thing that is under way arrives */
  #lastArrival = 0;
  #isCut = false;
  /** Set while nobody takes what arrives */
  #waiting: (() => void)[] | undefined;
  #bytesUnderWay = 0;

  constructor(line: TimeLine, latencyMs: number, end: WireEnd) {
    this.#line = line;
    this.#latencyMs = latencyMs;
    this.#end = end;
  }

  /** Bytes that have gone in and not come out */
  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  send(chunk: Buffer, afterMs = 0): void {
    if (this.#isCut) return;
    this.#bytesUnderWay += chunk.length;
    this.#arrive(afterMs, () => {
      this.#bytesUnderWay -= chunk.length;
      this.#end.bytes(chunk);
    });
  }

  /** Nothing follows what is under way. */
  finish(isReset = false): void {
    this.#arrive(0, () => {
      this.cut();
      this.#end.ended(isReset);
    });
  }

  /** What is under way is lost, and nothing follows. */
  cut(): void {
    this.#isCut = true;
    this.#waiting = undefined;
  }

  /** What arrives is kept until it is taken again. */
  hold(): void {
    this.#waiting ??= [];
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const deliver of waiting) deliver();
  }

  #arrive(afterMs: number, deliver: () => void): void {
    const arrival = Math.max(this.#lastArrival, this.#line.now + this.#latencyMs + afterMs);
    this.#lastArrival = arrival;
    this.#line.set(() => {
      if (this.#isCut) return;
      if (this.#waiting) this.#waiting.push(deliver);
      else deliver();
    }, arrival - this.#line.now);
  }
}
