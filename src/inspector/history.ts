import { applyRecord, describeModel, type Model } from "./trace/model.ts";
import type { TraceRecord } from "./trace/record.ts";

/** Records get lost at the front, in pieces, so that not each one moves all others. */
const pieceSize = 256;

/**
 * What has been recorded, as far as it is remembered: the latest records, and the state of affairs before the first of them.
 * Records are counted from 0; the numbers stay when records are forgotten.
 */
export class History {
  /** The state of affairs now */
  readonly model: Model = new Map();
  readonly #base: Model = new Map();
  #records: TraceRecord[] = [];
  #weights: number[] = [];
  #weight = 0;
  #first = 0;
  #baseAt = 0;
  readonly #limit: number;

  /** @param limit in records, each call that a record is about counted as one more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Number of the first record that is remembered */
  get start(): number {
    return this.#first;
  }

  /** Number of the record that comes next */
  get end(): number {
    return this.#first + this.#records.length;
  }

  /** How much is remembered, as the limit counts it */
  get weight(): number {
    return this.#weight;
  }

  add(record: TraceRecord): void {
    applyRecord(this.model, record);
    const weight = weightOf(record);
    this.#records.push(record);
    this.#weights.push(weight);
    this.#weight += weight;
    if (this.#weight > this.#limit) this.#forget();
  }

  /** The records from `from` on, at most `count` of them. */
  slice(from: number, count: number): readonly TraceRecord[] {
    const index = from - this.#first;
    return this.#records.slice(index, index + count);
  }

  /** The state of affairs before the first record, as records. */
  describeBase(): TraceRecord[] {
    return describeModel(this.#base, this.#baseAt);
  }

  /** The state of affairs now, as records. */
  describeNow(at: number): TraceRecord[] {
    return describeModel(this.model, at);
  }

  /** Everything that is remembered, as a trace. */
  all(): TraceRecord[] {
    return [...this.describeBase(), ...this.#records];
  }

  #forget(): void {
    let count = 0;
    while (count < this.#records.length - 1 && (this.#weight > this.#limit || count < pieceSize)) {
      const record = this.#records[count];
      if (record === undefined) break;
      applyRecord(this.#base, record);
      if (record.kind === "detached") this.#dismiss(record.connection);
      this.#baseAt = record.at;
      this.#weight -= this.#weights[count] ?? 0;
      count += 1;
    }
    this.#records = this.#records.slice(count);
    this.#weights = this.#weights.slice(count);
    this.#first += count;
  }

  /** When it is no longer remembered that a connection has gone, nothing is remembered of it at all. */
  #dismiss(connection: number): void {
    this.#base.delete(connection);
    this.model.delete(connection);
  }
}

function weightOf(record: TraceRecord): number {
  if (record.kind === "attached") return 1 + record.calls.length;
  if (record.kind === "detached") return 1;
  const { admitted, sent, left, settled } = record;
  return (
    1 + (admitted?.length ?? 0) + (sent?.length ?? 0) + (left?.length ?? 0) + (settled?.length ?? 0)
  );
}
