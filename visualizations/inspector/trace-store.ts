import {
  applyRecord,
  copyModel,
  describeModel,
  isLoss,
  type Model,
} from "../../src/inspector/trace/model.ts";
import type { LeafState, TraceHeader, TraceRecord } from "../../src/inspector/trace/record.ts";
import { type Phase, phaseOf } from "./phases.ts";

/** A record, and what cannot be read from it alone. */
export interface Entry {
  readonly record: TraceRecord;
  readonly name: string;
  /** The state before; null if there was none */
  readonly from: LeafState | null;
}

/** From `at` on the connection was in this phase. */
export interface PhaseStart {
  readonly at: number;
  readonly phase: Phase;
}

/** What a connection went through in broad strokes. */
export interface Course {
  readonly phases: PhaseStart[];
  /** When calls failed, or a session was lost */
  readonly failures: number[];
}

/** What a page keeps of a host that goes on and on */
export const liveEntries = 120_000;
const forgottenAtOnce = 20_000;
const checkpointEvery = 4_000;

interface Checkpoint {
  /** How many records it holds */
  readonly count: number;
  readonly model: Model;
}

/** All that is known of a trace, live or from a file, and of what was the case at any time of it. */
export class TraceStore {
  readonly header: TraceHeader;
  /** The state of affairs at the end */
  readonly live: Model = new Map();
  readonly entries: Entry[] = [];
  readonly courses = new Map<number, Course>();
  #base: Checkpoint = { count: 0, model: new Map() };
  #checkpoints: Checkpoint[] = [];
  /** Records that have been forgotten. Counts of records include them */
  #forgotten = 0;
  #endAt = 0;
  readonly #mostEntries: number;

  /** @param mostEntries beyond which the oldest are forgotten. Default: nothing is */
  constructor(header: TraceHeader, mostEntries: number = Number.POSITIVE_INFINITY) {
    this.header = header;
    this.#mostEntries = mostEntries;
  }

  get startedAt(): number {
    return Date.parse(this.header.startedAt);
  }

  /** Count of the records before the first one that is remembered */
  get first(): number {
    return this.#forgotten;
  }

  get count(): number {
    return this.#forgotten + this.entries.length;
  }

  get beginAt(): number {
    return this.entries[0]?.record.at ?? this.#endAt;
  }

  get endAt(): number {
    return this.#endAt;
  }

  /** Nothing has happened until now, as far as the host has told. */
  passTo(at: number): void {
    this.#endAt = Math.max(this.#endAt, at);
  }

  add(records: readonly TraceRecord[]): void {
    for (const record of records) {
      const from = this.live.get(record.connection)?.state ?? null;
      applyRecord(this.live, record);
      const name = this.live.get(record.connection)?.name ?? "";
      this.entries.push({ record, name, from });
      this.#noteCourse(record, from);
      this.passTo(record.at);
      if (this.count % checkpointEvery === 0)
        this.#checkpoints.push({ count: this.count, model: copyModel(this.live) });
    }
    if (this.entries.length > this.#mostEntries) this.#forget();
  }

  /**
   * Goes on after records that were missed, from the state of affairs behind them. What is not among it any more has gone in
   * the meantime.
   */
  resume(records: readonly TraceRecord[], at: number): void {
    const there = new Set(records.map(({ connection }) => connection));
    const gone = [...this.live.values()].filter(
      ({ id, isAttached }) => isAttached && !there.has(id),
    );
    this.add(gone.map(({ id }) => ({ kind: "detached", at, connection: id })));
    this.add(records);
  }

  entry(index: number): Entry | undefined {
    return this.entries[index - this.#forgotten];
  }

  /** How many records there were at this time. */
  countAt(at: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.record.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#forgotten + low;
  }

  /** The nearest state of affairs that is known before so many records. */
  checkpointBefore(count: number): Checkpoint {
    return this.#checkpoints.findLast((checkpoint) => checkpoint.count <= count) ?? this.#base;
  }

  /** All of it, as a trace that can be read again. */
  *records(): Generator<TraceRecord> {
    yield* describeModel(this.#base.model, this.beginAt);
    for (const { record } of this.entries) yield record;
  }

  #noteCourse(record: TraceRecord, from: LeafState | null): void {
    const course = this.courses.get(record.connection) ?? { phases: [], failures: [] };
    this.courses.set(record.connection, course);
    if (record.kind === "detached") return;
    const { at, state } = record;
    const phase = phaseOf(state);
    if (course.phases.at(-1)?.phase !== phase) course.phases.push({ at, phase });
    if (record.kind === "step" && isFailure(record, from)) course.failures.push(at);
  }

  #forget(): void {
    const model = copyModel(this.#base.model);
    for (const { record } of this.entries.splice(0, forgottenAtOnce)) applyRecord(model, record);
    this.#forgotten += forgottenAtOnce;
    this.#base = { count: this.#forgotten, model };
    this.#checkpoints = this.#checkpoints.filter(({ count }) => count > this.#forgotten);
    for (const { phases, failures } of this.courses.values()) {
      const gone = failures.findIndex((at) => at >= this.beginAt);
      failures.splice(0, gone < 0 ? failures.length : gone);
      const current = phases.findLastIndex(({ at }) => at <= this.beginAt);
      if (current > 0) phases.splice(0, current);
    }
  }
}

export function isFailure(record: TraceRecord, from: LeafState | null): boolean {
  if (record.kind !== "step") return false;
  const hasFailed = record.settled?.some(({ ok }) => !ok) ?? false;
  return hasFailed || isLoss(record, from);
}

/** Goes through a trace and knows the state of affairs where it stands. To go on is cheap, to go back costs a little. */
export class Seeker {
  readonly #store: TraceStore;
  #model: Model = new Map();
  #count = -1;

  constructor(store: TraceStore) {
    this.#store = store;
  }

  /** Not to be changed, and only good until the next call. */
  at(time: number): Model {
    return this.after(this.#store.countAt(time));
  }

  /** The state of affairs after so many records. As with `at`. */
  after(count: number): Model {
    if (count === this.#count) return this.#model;
    const checkpoint = this.#store.checkpointBefore(count);
    if (this.#count > count || this.#count < checkpoint.count) {
      this.#model = copyModel(checkpoint.model);
      this.#count = checkpoint.count;
    }
    while (this.#count < count) {
      const entry = this.#store.entry(this.#count);
      if (entry) applyRecord(this.#model, entry.record);
      this.#count += 1;
    }
    return this.#model;
  }
}
