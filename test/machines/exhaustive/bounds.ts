import type { ConnectionSettings, HookRequestRef } from "../../../machines/index.ts";
import { requestOf, settingsOf } from "../support/fixtures.ts";

/** How far a check goes: the settings of the connection, and what may happen to it. */
export interface Bounds {
  readonly name: string;
  readonly settings: ConnectionSettings;
  /** Come in this order, at any time */
  readonly requests: readonly HookRequestRef[];
  /** Also several in one event */
  readonly batches: boolean;
  /** Sessions can be configured without the hook of the last request, after one that had it */
  readonly withdraws: boolean;
  /** Deadlines can be over without anybody having said so, as in a host that slept */
  readonly oversleeps: boolean;
  /** Sessions that are long gone can still say something */
  readonly hasGhosts: boolean;
  /** Time can pass until earlier losses just count, or do not any more */
  readonly forgets: boolean;
  /** What there is within these bounds, so that no change of the machine makes it less without being seen */
  readonly size: { readonly states: number; readonly edges: number; readonly depth: number };
}

/** Deadline of every request. The events come before it, at 0, but for those of a host that has overslept */
const deadline = 1_000;
export const asleepUntil = 2_000;

const base: Bounds = {
  name: "",
  settings: settingsOf(),
  requests: [],
  batches: false,
  withdraws: false,
  oversleeps: false,
  hasGhosts: false,
  forgets: false,
  size: { states: 0, edges: 0, depth: 0 },
};

const burst = (attempts: number): Partial<ConnectionSettings> => ({
  backoff: { kind: "linear", attempts, delayMs: 100, factor: 1.6, maxMs: 30_000 },
  restartLimit: { losses: 2, withinMs: 10_000 },
});

const request = (id: number, overrides: Partial<HookRequestRef> = {}): HookRequestRef =>
  requestOf(id, { deadline, ...overrides });

const patient = (id: number, overrides: Partial<HookRequestRef> = {}): HookRequestRef =>
  request(id, { waitForReady: true, ...overrides });

export const aProcess: Bounds = {
  ...base,
  name: "a process, one call at a time, facts of sessions that are long gone",
  settings: settingsOf({ ...burst(1), maxInFlight: 1 }),
  requests: [request(1), patient(2)],
  hasGhosts: true,
  size: { states: 1_651, edges: 22_954, depth: 27 },
};

export const aServer: Bounds = {
  ...base,
  name: "a server, two calls at a time, two attempts at first, and the end when they are spent",
  settings: settingsOf({
    ...burst(1),
    transport: "http",
    startAttempts: 2,
    onExhausted: "terminate",
    maxInFlight: 2,
  }),
  requests: [request(1), request(2)],
  batches: true,
  size: { states: 2_515, edges: 31_405, depth: 25 },
};

const secondTries: Bounds = {
  ...base,
  name: "two calls at a time, each worth a second try",
  settings: settingsOf({ ...burst(1), replay: "once", maxInFlight: 2 }),
  requests: [request(1), request(2)],
  size: { states: 5_028, edges: 67_120, depth: 28 },
};

export const withdrawal: Bounds = {
  ...base,
  name: "a hook that is withdrawn, nothing sent twice",
  settings: settingsOf({ ...burst(1), replay: "never" }),
  requests: [request(1), request(2, { hookType: "other" })],
  withdraws: true,
  size: { states: 3_006, edges: 30_534, depth: 25 },
};

const sleep: Bounds = {
  ...base,
  name: "started by a call, asleep when idle",
  settings: settingsOf({ ...burst(1), lazy: true, idleTimeoutMs: 500 }),
  requests: [request(1), patient(2)],
  size: { states: 1_796, edges: 19_855, depth: 27 },
};

const aSleepingServer: Bounds = {
  ...base,
  name: "a server, started by a call, asleep when idle, a queue of few bytes, facts of sessions that are long gone",
  settings: settingsOf({
    ...burst(1),
    transport: "http",
    lazy: true,
    idleTimeoutMs: 500,
    maxQueueBytes: 20,
  }),
  requests: [request(1, { bytes: 20 }), request(2, { bytes: 1 })],
  hasGhosts: true,
  size: { states: 1_677, edges: 23_736, depth: 26 },
};

export const aShortQueue: Bounds = {
  ...base,
  name: "three calls, of which one may be out and one may wait, in a host that sleeps",
  settings: settingsOf({ ...burst(1), maxInFlight: 1, maxQueue: 1 }),
  requests: [request(1), request(2), request(3)],
  batches: true,
  oversleeps: true,
  size: { states: 4_204, edges: 50_342, depth: 39 },
};

const longBursts: Bounds = {
  ...base,
  name: "bursts of two, losses that are forgotten",
  settings: settingsOf({ ...burst(2) }),
  requests: [request(1)],
  forgets: true,
  size: { states: 3_172, edges: 33_670, depth: 32 },
};

const doubleSleep: Bounds = {
  ...base,
  name: "asleep when idle, in a host that sleeps",
  settings: settingsOf({ ...burst(1), idleTimeoutMs: 500 }),
  requests: [request(1)],
  oversleeps: true,
  size: { states: 2_949, edges: 29_881, depth: 25 },
};

const longerAndLonger: Bounds = {
  ...base,
  name: "attempts further and further apart",
  settings: settingsOf({
    backoff: { kind: "exponential", attempts: 4, delayMs: 100, factor: 1.6, maxMs: 200 },
  }),
  size: { states: 432, edges: 3_447, depth: 39 },
};

const evenly: Bounds = {
  ...base,
  name: "attempts evenly further apart",
  settings: settingsOf({
    backoff: { kind: "linear", attempts: 3, delayMs: 100, factor: 1.6, maxMs: 30_000 },
  }),
  size: { states: 362, edges: 2_885, depth: 37 },
};

/** The least in which everything can go on. */
export const oneCall: Bounds = {
  ...base,
  name: "one call",
  settings: settingsOf({ ...burst(1) }),
  requests: [patient(1)],
  size: { states: 632, edges: 6_100, depth: 24 },
};

export const everyBounds: readonly Bounds[] = [
  oneCall,
  aProcess,
  aServer,
  secondTries,
  withdrawal,
  sleep,
  aSleepingServer,
  aShortQueue,
  longBursts,
  doubleSleep,
  longerAndLonger,
  evenly,
];

const everythingAtOnce: Bounds = {
  ...base,
  settings: settingsOf({
    ...burst(2),
    replay: "once",
    maxInFlight: 2,
    maxQueue: 1,
    lazy: true,
    idleTimeoutMs: 500,
  }),
  requests: [request(1), patient(2, { hookType: "other" })],
  batches: true,
  withdraws: true,
  hasGhosts: true,
  forgets: true,
};

/** Too many ways for every run of the tests. */
export const largeBounds: readonly Bounds[] = [
  {
    ...base,
    name: "large: three calls, two at a time, one of them patient",
    settings: settingsOf({ ...burst(1), transport: "http", maxInFlight: 2, startAttempts: 2 }),
    requests: [request(1), patient(2), request(3)],
    batches: true,
    size: { states: 12_135, edges: 170_758, depth: 29 },
  },
  {
    ...everythingAtOnce,
    name: "large: two calls at a time, each worth a second try, everything that can happen in a host that sleeps",
    settings: { ...everythingAtOnce.settings, idleTimeoutMs: null },
    oversleeps: true,
    size: { states: 71_186, edges: 1_442_130, depth: 41 },
  },
  {
    ...everythingAtOnce,
    name: "large: two calls at a time, each worth a second try, everything that can happen, asleep when idle",
    size: { states: 69_860, edges: 1_397_879, depth: 35 },
  },
];

export function boundsNamed(name: string): Bounds {
  const named = [...everyBounds, ...largeBounds].find((bounds) => bounds.name === name);
  if (!named) throw new Error(`no bounds "${name}"`);
  return named;
}
