import type {
  AttachedRecord,
  CallCounts,
  ErrorNote,
  LeafState,
  LinkNote,
  OpenCall,
  ProcessNote,
  SettledCall,
  StepRecord,
  TraceRecord,
} from "./record.ts";

/** A step that a connection has taken, for the trail behind its present state. */
export interface TrailStep {
  readonly at: number;
  readonly event: string;
  readonly edges: readonly string[];
  readonly from: LeafState;
  readonly to: LeafState;
}

/** What is known of one connection at one moment of a trace. */
export interface ConnectionModel {
  readonly id: number;
  readonly name: string;
  readonly transport: "stdio" | "http";
  readonly maxInFlight: number;
  readonly maxQueue: number;
  isAttached: boolean;
  state: LeafState;
  /** When the state was entered */
  since: number;
  queued: number;
  inFlight: number;
  link: LinkNote;
  process: ProcessNote;
  readonly calls: Map<number, OpenCall>;
  counts: CallCounts;
  /** The latest, in no order */
  readonly latencies: number[];
  /** The latest, of the connection or of a call */
  lastError: ErrorNote | undefined;
  /** Oldest first */
  readonly trail: TrailStep[];
}

/** All connections, by id in the order of their attachment. */
export type Model = Map<number, ConnectionModel>;

const latencyCount = 256;
const trailLength = 12;

/** Moves the model on by one record. What is said of an unknown connection has no effect. */
export function applyRecord(model: Model, record: TraceRecord): void {
  if (record.kind === "attached") {
    model.set(record.connection, newConnection(record));
    return;
  }
  const connection = model.get(record.connection);
  if (connection === undefined) return;
  if (record.kind === "step") takeStep(connection, record);
  else connection.isAttached = false;
}

function newConnection(record: AttachedRecord): ConnectionModel {
  const { connection: id, name, transport, maxInFlight, maxQueue } = record;
  const { state, queued, inFlight, link, process, counts } = record;
  return {
    id,
    name,
    transport,
    maxInFlight,
    maxQueue,
    isAttached: true,
    state,
    since: record.at,
    queued,
    inFlight,
    link,
    process,
    calls: new Map(record.calls.map((call) => [call.id, call])),
    counts,
    latencies: [...record.latencies],
    lastError: record.lastError ?? errorOf(link, null),
    trail: [],
  };
}

function takeStep(connection: ConnectionModel, step: StepRecord): void {
  const { at, event, edges, state: to } = step;
  const from = connection.state;
  if (edges.length > 0 || from !== to) {
    connection.trail.push({ at, event, edges, from, to });
    if (connection.trail.length > trailLength) connection.trail.shift();
  }
  if (from !== to) connection.since = at;
  connection.state = to;
  connection.queued = step.queued;
  connection.inFlight = step.inFlight;
  noteError(connection, from, step);
  if (step.link) connection.link = step.link;
  if (step.process) connection.process = step.process;
  moveCalls(connection, step);
}

/** A session that is lost counts before the calls that it cost. */
export function isLoss({ state, link }: StepRecord, from: LeafState | null): boolean {
  return state === "closing" && from !== "closing" && link?.fault != null;
}

function noteError(connection: ConnectionModel, from: LeafState, step: StepRecord): void {
  const { at, link, settled = [] } = step;
  const failed = settled.findLast(({ ok }) => !ok);
  if (link && isLoss(step, from)) connection.lastError = errorOf(link, at);
  else if (failed) connection.lastError = { at, code: failed.code ?? "?", during: failed.hook };
}

function errorOf({ fault }: LinkNote, at: number | null): ErrorNote | undefined {
  return fault === null ? undefined : { at, code: fault.code, during: fault.phase };
}

/** In the order in which they happen within a step: a call that is admitted may be sent and settled in the same one. */
function moveCalls(connection: ConnectionModel, step: StepRecord): void {
  const { calls } = connection;
  const { at, admitted = [], left = [], sent = [], settled = [] } = step;
  for (const { id, hook, bytes } of admitted)
    calls.set(id, { id, hook, bytes, queuedAt: at, sentAt: null, sends: 0, abandoned: false });
  for (const id of left) {
    const call = calls.get(id);
    if (call?.abandoned) calls.delete(id);
    else if (call) calls.set(id, { ...call, sentAt: null });
  }
  for (const { id, sends } of sent) {
    const call = calls.get(id);
    if (call) calls.set(id, { ...call, sentAt: at, sends });
  }
  for (const end of settled) {
    countEnd(connection, end, at);
    const call = calls.get(end.id);
    // Its caller has its answer, but the plugin may still be at work on it.
    if (call && call.sentAt !== null) calls.set(end.id, { ...call, abandoned: true });
    else calls.delete(end.id);
  }
}

function countEnd(
  connection: ConnectionModel,
  { ok, outcome, queuedAt }: SettledCall,
  at: number,
): void {
  const { counts, latencies } = connection;
  connection.counts = {
    ok: counts.ok + (ok ? 1 : 0),
    failed: counts.failed + (ok ? 0 : 1),
    unknown: counts.unknown + (outcome === "unknown" ? 1 : 0),
  };
  if (!ok || queuedAt === null) return;
  // A ring: the number of successes says whose turn it is to be replaced.
  if (latencies.length < latencyCount) latencies.push(at - queuedAt);
  else latencies[counts.ok % latencyCount] = at - queuedAt;
}

/** Independent of the original: what is applied to the one does not show in the other. */
export function copyModel(model: Model): Model {
  const copies = [...model.values()].map((connection): [number, ConnectionModel] => [
    connection.id,
    {
      ...connection,
      calls: new Map(connection.calls),
      latencies: [...connection.latencies],
      trail: [...connection.trail],
    },
  ]);
  return new Map(copies);
}

/** The model as records from which it can be made anew, but for the trails. */
export function describeModel(model: Model, at: number): TraceRecord[] {
  return [...model.values()].flatMap((connection): TraceRecord[] => {
    const { id, isAttached, since: _since, trail: _trail, calls, lastError, ...rest } = connection;
    const attached: TraceRecord = {
      kind: "attached",
      at,
      connection: id,
      ...rest,
      calls: [...calls.values()],
      latencies: [...rest.latencies],
      ...(lastError && { lastError }),
    };
    return isAttached ? [attached] : [attached, { kind: "detached", at, connection: id }];
  });
}

/** The value below which this share of the latencies lies; null if there are none. */
export function percentile(latencies: readonly number[], share: number): number | null {
  if (latencies.length === 0) return null;
  const sorted = [...latencies].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
