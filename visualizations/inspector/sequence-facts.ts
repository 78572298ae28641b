import type { ConnectionModel } from "../../src/inspector/trace/model.ts";
import type { LeafState, StepRecord, TraceRecord } from "../../src/inspector/trace/record.ts";
import type { Frame } from "./frame.ts";
import { type Phase, phaseOf } from "./phases.ts";
import type { Seeker } from "./trace-store.ts";

/** A call within the window: where it waited, where it ran. Times that are not over end with the window. */
export interface CallSpan {
  readonly id: number;
  readonly hook: string;
  readonly queuedAt: number;
  readonly sentAt: number | null;
  readonly endAt: number;
  readonly end: "open" | "ok" | "failed" | "abandoned";
  readonly code: string | undefined;
}

export interface PhaseSpan {
  readonly begin: number;
  readonly end: number;
  readonly phase: Phase;
  readonly state: LeafState;
  readonly generation: number;
}

export interface ProcessSpan {
  readonly begin: number;
  readonly end: number;
  readonly pid: number;
  /** How it ended within the window */
  readonly exit: string | null;
}

export interface SequenceFacts {
  readonly begin: number;
  readonly end: number;
  readonly calls: readonly CallSpan[];
  readonly phases: readonly PhaseSpan[];
  readonly processes: readonly ProcessSpan[];
  /** Calls that there was no room for */
  readonly hidden: number;
}

const mostCalls = 400;

/** What happened between host, machine, session and process of the selected connection, in the time before this moment. */
export function sequenceOf(frame: Frame, windowMs: number, seeker: Seeker): SequenceFacts {
  const { at: end, selected, store } = frame;
  const begin = end - windowMs;
  const nothing = { begin, end, calls: [], phases: [], processes: [], hidden: 0 };
  if (selected === undefined) return nothing;
  const records = recordsOf(frame, begin, selected.id);
  const steps = records.filter((record) => record.kind === "step");
  const calls = callsOf(steps, selected, end);
  const facts = {
    begin,
    end,
    calls: calls.slice(-mostCalls),
    hidden: Math.max(0, calls.length - mostCalls),
  };
  const from = Math.max(begin, store.beginAt);
  const before = originOf(seeker.at(from).get(selected.id), records, from);
  if (before === undefined) return { ...facts, phases: [], processes: [] };
  const until = records.findLast(({ kind }) => kind === "detached")?.at ?? end;
  return {
    ...facts,
    phases: phasesOf(steps, before, until),
    processes: processesOf(steps, before, until),
  };
}

/** How it was with the connection where the picture begins, or where it came into view. */
interface Origin {
  readonly at: number;
  readonly state: LeafState;
  readonly generation: number;
  readonly pid: number | null;
}

function originOf(
  before: ConnectionModel | undefined,
  records: readonly TraceRecord[],
  from: number,
): Origin | undefined {
  const first = before ?? records.find((record) => record.kind === "attached");
  if (first === undefined) return undefined;
  const { state, link, process } = first;
  const at = "at" in first ? first.at : from;
  return { at, state, generation: link.generation, pid: process.pid };
}

function recordsOf({ store, count }: Frame, begin: number, id: number): TraceRecord[] {
  const records: TraceRecord[] = [];
  for (let place = store.countAt(begin); place < count; place += 1) {
    const record = store.entry(place)?.record;
    if (record?.connection === id) records.push(record);
  }
  return records;
}

function callsOf(steps: readonly StepRecord[], now: ConnectionModel, end: number): CallSpan[] {
  const ended = steps.flatMap(({ at, settled = [] }) =>
    settled.map(
      ({ id, hook, queuedAt, sentAt, ok, code }): CallSpan => ({
        id,
        hook,
        queuedAt: queuedAt ?? at,
        sentAt,
        endAt: at,
        end: ok ? "ok" : "failed",
        code,
      }),
    ),
  );
  const open = [...now.calls.values()].map(
    ({ id, hook, queuedAt, sentAt, abandoned }): CallSpan => ({
      id,
      hook,
      queuedAt,
      sentAt,
      endAt: end,
      end: abandoned ? "abandoned" : "open",
      code: undefined,
    }),
  );
  return [...ended, ...open].sort((a, b) => a.queuedAt - b.queuedAt);
}

function phasesOf(steps: readonly StepRecord[], before: Origin, end: number): PhaseSpan[] {
  const { at: begin, state: first } = before;
  let { generation } = before;
  const spans: { -readonly [K in keyof PhaseSpan]: PhaseSpan[K] }[] = [
    { begin, end, phase: phaseOf(first), state: first, generation },
  ];
  for (const { at, state, link } of steps) {
    generation = link?.generation ?? generation;
    const last = spans.at(-1);
    const phase = phaseOf(state);
    if (last === undefined || (last.phase === phase && last.generation === generation)) continue;
    last.end = at;
    spans.push({ begin: at, end, phase, state, generation });
  }
  return spans;
}

function processesOf(
  steps: readonly StepRecord[],
  { at: begin, pid: first }: Origin,
  end: number,
): ProcessSpan[] {
  const spans: { -readonly [K in keyof ProcessSpan]: ProcessSpan[K] }[] = [];
  let pid = first;
  if (pid !== null) spans.push({ begin, end, pid, exit: null });
  for (const { at, process } of steps) {
    if (process === undefined) continue;
    const last = spans.at(-1);
    if (pid !== null && process.pid !== pid && last) {
      last.end = at;
      last.exit = process.exit && (process.exit.signal ?? `exit ${process.exit.code}`);
    }
    if (process.pid !== null && process.pid !== pid)
      spans.push({ begin: at, end, pid: process.pid, exit: null });
    pid = process.pid;
  }
  return spans;
}
