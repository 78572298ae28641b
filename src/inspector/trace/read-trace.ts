import {
  type AttachedRecord,
  callOutcomes,
  leafStates,
  type StepRecord,
  type TraceHeader,
  type TraceRecord,
} from "./record.ts";

/**
 * Larger files are refused before they are read: a page that hangs helps nobody. A recorder keeps within them: see the largest
 * `historyLimit` and `shortened`. `at` is in ms since the beginning of the trace: a century.
 */
export const traceLimits: Readonly<Record<"characters" | "records" | "text" | "at", number>> = {
  characters: 256 * 1024 * 1024,
  records: 500_000,
  text: 200,
  at: 100 * 365 * 24 * 3_600_000,
};

export interface Trace {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
}

/** A text is no trace. The message says what is wrong, and in which line. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

/**
 * Reads a trace: JSON lines, the first of which is the header.
 *
 * @throws TraceError for the first thing that is wrong. Nothing of a trace that is not right as a whole is used
 */
export function readTrace(text: string): Trace {
  if (text.length > traceLimits.characters) throw new TraceError("The trace is too large");
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > traceLimits.records + 1) throw new TraceError("The trace has too many lines");
  const header = atLine(1, () => readHeader(parse(lines[0] ?? "")));
  const reader = new RecordReader();
  const records = lines
    .slice(1)
    .map((line, index) => atLine(index + 2, () => reader.read(parse(line))));
  return { header, records };
}

/** The text of a trace, line by line. */
export function* traceLines(
  header: TraceHeader,
  records: Iterable<TraceRecord>,
): Generator<string> {
  yield `${JSON.stringify(header)}\n`;
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

function atLine<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new TraceError(`Line ${line}: ${error.message}`);
  }
}

class Refusal extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function parse(line: string): Fields {
  try {
    return fields(JSON.parse(line), "the line");
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("is no JSON");
  }
}

function readHeader({ format, version, startedAt }: Fields): TraceHeader {
  if (format !== "mcp-tether-trace") throw new Refusal("is not the header of a trace");
  if (version !== 1) throw new Refusal("is of a version that is not known here; known is 1");
  if (typeof startedAt !== "string" || Number.isNaN(Date.parse(startedAt)))
    throw new Refusal("startedAt must be an ISO date");
  return { format, version, startedAt: new Date(startedAt).toISOString() };
}

/** Reads one record after the other: time does not go back, and nothing is told of what is not known. */
class RecordReader {
  #at = 0;
  readonly #known = new Set<number>();

  read(record: Fields): TraceRecord {
    const at = numberOf(record, "at");
    if (Math.abs(at) > traceLimits.at) throw new Refusal("at is more than a century away");
    if (at < this.#at) throw new Refusal("at is earlier than in the line before");
    this.#at = at;
    const connection = countOf(record, "connection");
    const { kind } = record;
    if (kind === "attached") {
      this.#known.add(connection);
      return readAttached(record, at, connection);
    }
    if (kind !== "step" && kind !== "detached") throw new Refusal("kind is not known");
    if (!this.#known.has(connection)) throw new Refusal("connection has not been attached");
    return kind === "step" ? readStep(record, at, connection) : { kind, at, connection };
  }
}

function readAttached(record: Fields, at: number, connection: number): AttachedRecord {
  const { link, process, counts, lastError } = record;
  return {
    kind: "attached",
    at,
    connection,
    name: textOf(record, "name"),
    transport: oneOf(record, "transport", ["stdio", "http"]),
    state: oneOf(record, "state", leafStates),
    queued: countOf(record, "queued"),
    inFlight: countOf(record, "inFlight"),
    maxInFlight: countOf(record, "maxInFlight"),
    maxQueue: countOf(record, "maxQueue"),
    link: readLink(link),
    process: readProcess(process),
    calls: listOf(record, "calls", readOpenCall),
    counts: readCounts(counts),
    latencies: listOf(record, "latencies", (value) => numberOf({ latency: value }, "latency")),
    ...(lastError !== undefined && { lastError: readError(lastError) }),
  };
}

function readStep(record: Fields, at: number, connection: number): StepRecord {
  const has = (name: string): boolean => record[name] !== undefined;
  const { link, process } = record;
  return {
    kind: "step",
    at,
    connection,
    event: textOf(record, "event"),
    edges: listOf(record, "edges", (value) => textOf({ edge: value }, "edge")),
    state: oneOf(record, "state", leafStates),
    queued: countOf(record, "queued"),
    inFlight: countOf(record, "inFlight"),
    ...(has("link") && { link: readLink(link) }),
    ...(has("process") && { process: readProcess(process) }),
    ...(has("admitted") && { admitted: listOf(record, "admitted", readAdmitted) }),
    ...(has("sent") && { sent: listOf(record, "sent", readSent) }),
    ...(has("left") && { left: listOf(record, "left", (id) => countOf({ id }, "id")) }),
    ...(has("settled") && { settled: listOf(record, "settled", readSettled) }),
  };
}

function readLink(value: unknown): AttachedRecord["link"] {
  const link = fields(value, "link");
  const fault = orNull(link, "fault", fieldsOf);
  return {
    generation: countOf(link, "generation"),
    attempt: countOf(link, "attempt"),
    retryAt: orNull(link, "retryAt", numberOf),
    cooled: orNull(link, "cooled", textOf),
    fault: fault && { code: textOf(fault, "code"), phase: textOf(fault, "phase") },
  };
}

function readError(value: unknown): NonNullable<AttachedRecord["lastError"]> {
  const error = fields(value, "lastError");
  return {
    at: orNull(error, "at", numberOf),
    code: textOf(error, "code"),
    during: textOf(error, "during"),
  };
}

function readProcess(value: unknown): AttachedRecord["process"] {
  const process = fields(value, "process");
  const exit = orNull(process, "exit", fieldsOf);
  return {
    pid: orNull(process, "pid", countOf),
    exit: exit && { code: orNull(exit, "code", countOf), signal: orNull(exit, "signal", textOf) },
  };
}

function readCounts(value: unknown): AttachedRecord["counts"] {
  const counts = fields(value, "counts");
  return {
    ok: countOf(counts, "ok"),
    failed: countOf(counts, "failed"),
    unknown: countOf(counts, "unknown"),
  };
}

function readAdmitted(value: unknown) {
  const call = fields(value, "a call");
  return { id: countOf(call, "id"), hook: textOf(call, "hook"), bytes: countOf(call, "bytes") };
}

function readSent(value: unknown) {
  const call = fields(value, "a call");
  return { id: countOf(call, "id"), sends: countOf(call, "sends") };
}

function readOpenCall(value: unknown): AttachedRecord["calls"][number] {
  const call = fields(value, "a call");
  return {
    ...readAdmitted(call),
    queuedAt: numberOf(call, "queuedAt"),
    sentAt: orNull(call, "sentAt", numberOf),
    sends: countOf(call, "sends"),
    abandoned: booleanOf(call, "abandoned"),
  };
}

function readSettled(value: unknown): NonNullable<StepRecord["settled"]>[number] {
  const call = fields(value, "a call");
  const { code, outcome } = call;
  return {
    ...readAdmitted(call),
    queuedAt: orNull(call, "queuedAt", numberOf),
    sentAt: orNull(call, "sentAt", numberOf),
    sends: countOf(call, "sends"),
    ok: booleanOf(call, "ok"),
    ...(code !== undefined && { code: textOf(call, "code") }),
    ...(outcome !== undefined && { outcome: oneOf(call, "outcome", callOutcomes) }),
  };
}

function fields(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Refusal(`${what} must be an object`);
}

const fieldsOf = (record: Fields, name: string): Fields => fields(record[name], name);

function numberOf(record: Fields, name: string): number {
  const value = record[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new Refusal(`${name} must be a number`);
}

function countOf(record: Fields, name: string): number {
  const value = numberOf(record, name);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal(`${name} must be a whole number of at least 0`);
}

function booleanOf(record: Fields, name: string): boolean {
  const value = record[name];
  if (typeof value === "boolean") return value;
  throw new Refusal(`${name} must be true or false`);
}

function textOf(record: Fields, name: string): string {
  const value = record[name];
  if (typeof value === "string" && value.length <= traceLimits.text) return value;
  throw new Refusal(`${name} must be a text of at most ${traceLimits.text} characters`);
}

function oneOf<T extends string>(record: Fields, name: string, texts: readonly T[]): T {
  const found = texts.find((text) => text === record[name]);
  if (found !== undefined) return found;
  throw new Refusal(`${name} must be one of ${texts.join(", ")}`);
}

function listOf<T>(record: Fields, name: string, read: (value: unknown) => T): T[] {
  const value = record[name];
  if (Array.isArray(value)) return value.map(read);
  throw new Refusal(`${name} must be a list`);
}

function orNull<T>(record: Fields, name: string, read: (of: Fields, name: string) => T): T | null {
  return record[name] === null ? null : read(record, name);
}
