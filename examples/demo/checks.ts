import type { LedgerEntry } from "../plugins/ledger.ts";
import type { Calls } from "./calls.ts";
import type { Check, HookOutcome, RecoveryReport } from "./report.ts";

interface Facts {
  readonly ends: Calls["ends"];
  readonly ledger: readonly LedgerEntry[];
  /** The request that was cut off */
  readonly killed: string | undefined;
  readonly recoveries: readonly RecoveryReport[];
  readonly childrenLeft: number;
}

/** What must be true at the end of a run. */
export function checkRun(facts: Facts): Check[] {
  return [
    onlyTheKilledIsUnknown(facts),
    ranExactlyOnce(facts),
    bothRecovered(facts),
    {
      name: "no process left",
      ok: facts.childrenLeft === 0,
      detail: `${facts.childrenLeft} children in the process table`,
    },
  ];
}

function onlyTheKilledIsUnknown({ ends, killed }: Facts): Check {
  const unanswered = [...ends].filter(([, { outcome }]) => isUnanswered(outcome));
  const ok = killed !== undefined && unanswered.length === 1 && unanswered[0]?.[0] === killed;
  const detail = killed === undefined ? "no call was cut off" : `unknown: ${killed}`;
  const others = unanswered.filter(([request]) => request !== killed).length;
  return {
    name: "one call without an answer",
    ok,
    detail: others === 0 ? `${detail}; all others were answered` : `${others} others failed`,
  };
}

function ranExactlyOnce({ ends, ledger }: Facts): Check {
  const runs = countRuns(ledger);
  const never: Run = { begun: 0, ended: 0 };
  const wrong = [...ends]
    .map(([request, { outcome }]) => ({ request, outcome, run: runs.get(request) ?? never }))
    .filter(({ outcome, run }) => !isRight(outcome, run))
    .map(({ request, run }) => `${request} began ${run.begun} times and ended ${run.ended} times`);
  const uncalled = [...runs.keys()].filter((request) => !ends.has(request));
  wrong.push(...uncalled.map((request) => `nobody called ${request}`));
  const once = [...ends.values()].filter(({ outcome }) => !isUnanswered(outcome)).length;
  return {
    name: "exactly once by the ledger",
    ok: wrong.length === 0,
    detail: wrong.join("; ") || `${once} calls ran once, none twice, none missing`,
  };
}

interface Run {
  begun: number;
  ended: number;
}

function countRuns(ledger: readonly LedgerEntry[]): Map<string, Run> {
  const runs = new Map<string, Run>();
  for (const { request, event } of ledger) {
    const run = runs.get(request) ?? { begun: 0, ended: 0 };
    if (event === "begun") run.begun += 1;
    if (event === "ended") run.ended += 1;
    runs.set(request, run);
  }
  return runs;
}

/** An answer proves one whole run. Without an answer there may be none, or one that was cut off, but never two. */
function isRight(outcome: HookOutcome, { begun, ended }: Run): boolean {
  return isUnanswered(outcome) ? begun <= 1 : begun === 1 && ended === 1;
}

function bothRecovered({ ledger, recoveries }: Facts): Check {
  const names = ["PiiMasker", "PolicyGuard"];
  const processes = names.map((name) => {
    const pids = ledger.filter(({ plugin }) => plugin === name).map(({ pid }) => pid);
    return {
      name,
      count: new Set(pids).size,
      recovered: recoveries.some((r) => r.plugin === name),
    };
  });
  return {
    name: "both plugins recovered",
    ok: processes.every(({ count, recovered }) => recovered && count > 1),
    detail: processes
      .map(({ name, count, recovered }) =>
        recovered ? `${name} ran in ${count} processes` : `${name} did not recover`,
      )
      .join(", "),
  };
}

function isUnanswered(outcome: HookOutcome): boolean {
  return outcome === "unknown" || outcome === "failed";
}
