import type { ConnectionModel, Model } from "../../src/inspector/trace/model.ts";
import type { LeafState, StepRecord } from "../../src/inspector/trace/record.ts";
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
  const steps = stepsOf(frame, begin, selected.id);
  const before = seeker.at(Math.max(begin, store.beginAt)).get(selected.id) ?? selected;
  const calls = callsOf(steps, selected, end);
  return {
    begin,
    end,
    calls: calls.slice(-mostCalls),
    hidden: Math.max(0, calls.length - mostCalls),
    phases: phasesOf(steps, before, begin, end),
    processes: processesOf(steps, before, begin, end),
  };
}

function stepsOf({ store, count }: Frame, begin: number, id: number): StepRecord[] {
  const steps: StepRecord[] = [];
  for (let place = store.countAt(begin); place < count; place += 1) {
    const record = store.entry(place)?.record;
    if (record?.kind === "step" && record.connection === id) steps.push(record);
  }
  return steps;
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

function phasesOf(
  steps: readonly StepRecord[],
  before: Model extends Map<number, infer C> ? C : never,
  begin: number,
  end: number,
): PhaseSpan[] {
  const spans: { -readonly [K in keyof PhaseSpan]: PhaseSpan[K] }[] = [
    {
      begin,
      end,
      phase: phaseOf(before.state),
      state: before.state,
      generation: before.link.generation,
    },
  ];
  let { generation } = before.link;
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
  before: ConnectionModel,
  begin: number,
  end: number,
): ProcessSpan[] {
  const spans: { -readonly [K in keyof ProcessSpan]: ProcessSpan[K] }[] = [];
  let { pid } = before.process;
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
