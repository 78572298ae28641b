import type {
  AttachedRecord,
  StepRecord,
  TraceRecord,
} from "../../../src/inspector/trace/record.ts";

export const header = {
  format: "mcp-tether-trace",
  version: 1,
  startedAt: "2026-01-02T03:04:05.678Z",
} as const;

export function attached(connection = 1, more: Partial<AttachedRecord> = {}): AttachedRecord {
  return {
    kind: "attached",
    at: 0,
    connection,
    name: `Plugin${connection}`,
    transport: "stdio",
    state: "ready.waiting",
    queued: 0,
    inFlight: 0,
    maxInFlight: 1,
    maxQueue: 1_000,
    link: { generation: 1, attempt: 0, retryAt: null, cooled: null, fault: null },
    process: { pid: 42, exit: null },
    calls: [],
    counts: { ok: 0, failed: 0, unknown: 0 },
    latencies: [],
    ...more,
  };
}

export function step(at: number, more: Partial<StepRecord> = {}): StepRecord {
  return {
    kind: "step",
    at,
    connection: 1,
    event: "plugin.idled",
    edges: [],
    state: "ready.waiting",
    queued: 0,
    inFlight: 0,
    ...more,
  };
}

const hook = "tool_pre_invoke";

/** A call from its admission to its answer, in three steps of a millisecond. */
export function callSteps(id: number, at: number, connection = 1): StepRecord[] {
  const one = { connection, inFlight: 1, state: "ready.invoking" } as const;
  return [
    step(at, { ...one, admitted: [{ id, hook, bytes: 10 }], sent: [{ id, sends: 1 }] }),
    step(at + 1, { ...one, event: "hook.cancel" }),
    step(at + 2, {
      connection,
      event: "hooks.answered",
      edges: ["ready.invoking/hooks.answered/1"],
      left: [id],
      settled: [{ id, hook, bytes: 10, queuedAt: at, sentAt: at, sends: 1, ok: true }],
    }),
  ];
}

/** One of everything that a trace can hold. */
export const everything: readonly TraceRecord[] = [
  attached(1, {
    calls: [
      { id: 1, hook, bytes: 5, queuedAt: 0, sentAt: 0, sends: 1, abandoned: true },
      { id: 2, hook, bytes: 6, queuedAt: 0, sentAt: null, sends: 0, abandoned: false },
    ],
    queued: 1,
    inFlight: 1,
    latencies: [1.5, 20],
    counts: { ok: 3, failed: 2, unknown: 1 },
  }),
  attached(2, { transport: "http", state: "idle", process: { pid: null, exit: null } }),
  ...callSteps(3, 10),
  step(20, {
    event: "session.lost",
    edges: ["ready.waiting/session.lost/0"],
    state: "closing",
    link: {
      generation: 1,
      attempt: 1,
      retryAt: 520.5,
      cooled: "CRASH_LOOP",
      fault: { code: "SESSION_LOST", phase: "invoking" },
    },
    process: { pid: null, exit: { code: null, signal: "SIGKILL" } },
    left: [1],
    settled: [
      {
        id: 2,
        hook,
        bytes: 6,
        queuedAt: 0,
        sentAt: null,
        sends: 0,
        ok: false,
        code: "UNAVAILABLE",
        outcome: "not_processed",
      },
    ],
  }),
  step(30, { process: { pid: null, exit: { code: 3, signal: null } }, state: "coolingDown" }),
  { kind: "detached", at: 40, connection: 2 },
];
