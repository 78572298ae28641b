import { PluginError, type PluginErrorCode } from "../../src/index.ts";
import { leafStates } from "../../src/inspector/trace/record.ts";
import { callRecords } from "./call-records.ts";
import type { Entry, Rules } from "./history.ts";

/** How often something was seen. Proves that the rare things happen. */
export type Counts = Record<string, number>;

export interface Sightings {
  readonly codes: Counts;
  readonly states: Counts;
  readonly replays: Counts;
  readonly faults: Counts;
}

export const noSightings = (): Sightings => ({ codes: {}, states: {}, replays: {}, faults: {} });

export const note = (counts: Counts, what: string, times = 1): void => {
  counts[what] = (counts[what] ?? 0) + times;
};

/** An error and what it comes from. */
export function noteError({ codes }: Sightings, error: PluginError): void {
  for (let at: unknown = error; PluginError.is(at); at = at.cause) note(codes, at.code);
}

export function addSightings(to: Sightings, from: Sightings): void {
  for (const kind of ["codes", "states", "replays", "faults"] as const)
    for (const [what, times] of Object.entries(from[kind])) note(to[kind], what, times);
}

/** What has become of the calls that a lost session had, by policy and by what is known of them. */
export function noteReplays({ replays }: Sightings, rules: Rules, entries: readonly Entry[]): void {
  const { replay } = rules;
  for (const { sends, begun, ends } of callRecords(entries).calls) {
    const second = sends.find(({ ev }) => ev === "retry");
    const [end] = ends;
    if (second) {
      const mayHaveRun = begun.some(({ attempt }) => attempt === 1);
      note(
        replays,
        `${replay}: a call that ${mayHaveRun ? "may have" : "has not"} run is repeated`,
      );
    }
    if (end?.ev === "ok" || end?.code !== "SESSION_LOST") continue;
    note(replays, `${replay}: a call is lost ${second ? "twice" : "once"}, ${end.outcome}`);
  }
}

const allCodes: Record<PluginErrorCode, true> = {
  CONFIG_INVALID: true,
  SPAWN_FAILED: true,
  CONNECT_FAILED: true,
  TLS_FAILED: true,
  UNAUTHORIZED: true,
  VERSION_UNSUPPORTED: true,
  INITIALIZE_FAILED: true,
  CONFIG_FETCH_FAILED: true,
  NOT_STARTED: true,
  STOPPED: true,
  UNAVAILABLE: true,
  QUEUE_FULL: true,
  DEADLINE_EXCEEDED: true,
  ABORTED: true,
  SESSION_LOST: true,
  RECONNECT_EXHAUSTED: true,
  CRASH_LOOP: true,
  HTTP_STATUS: true,
  RATE_LIMITED: true,
  REDIRECT_REFUSED: true,
  TOO_LARGE: true,
  SERIALIZE_FAILED: true,
  JSON_DECODE_ERROR: true,
  INVALID_RESPONSE: true,
  RPC_ERROR: true,
  PLUGIN_ERROR: true,
  HOOK_UNKNOWN: true,
  RESOURCE_EXHAUSTED: true,
};

/** Codes that cannot come up here, and why. */
export const impossibleCodes: Readonly<Record<string, string>> = {
  TLS_FAILED:
    "the simulated network begins above TLS; test/transports/http has it with real certificates",
};

const allReplays = [
  "provable: a call that has not run is repeated",
  "provable: a call is lost once, unknown",
  "once: a call that has not run is repeated",
  "once: a call that may have run is repeated",
  "once: a call is lost twice, unknown",
  "never: a call is lost once, not_processed",
  "never: a call is lost once, unknown",
];

/** What a large simulation must have seen and has not. */
export function missing({ codes, states, replays }: Sightings): string[] {
  const expected = Object.keys(allCodes).filter((code) => !(code in impossibleCodes));
  return [
    ...expected.filter((code) => codes[code] === undefined),
    ...leafStates.filter((state) => states[state] === undefined),
    ...allReplays.filter((replay) => replays[replay] === undefined),
  ];
}
