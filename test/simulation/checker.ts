import { type CallRecord, callRecords } from "./call-records.ts";
import type { At, Counted, Entry, Failed, Left, Rules, Succeeded } from "./history.ts";

// Judges a history. It shares no code with what it judges: all that it knows of the library is in the history.

type End = At<Succeeded | Failed>;
type Complain = (at: { readonly t: number }, text: string) => void;

const recoveryMs = 60_000;
/** Deadlines are kept to the millisecond */
const slackMs = 1;

/** What is wrong with a run; empty if nothing is. */
export function check(rules: Rules, entries: readonly Entry[]): string[] {
  const problems: string[] = [];
  const complain: Complain = ({ t }, text) => void problems.push(`t=${t}: ${text}`);
  const { calls, strays } = callRecords(entries);
  for (const stray of strays) complain(stray, `${stray.ev} of a call that nobody has made`);
  for (const call of calls) checkCall(call, rules, complain);
  checkOrder(entries, rules, complain);
  checkInFlight(entries, rules, complain);
  checkGenerations(entries, complain);
  checkProcesses(entries, complain);
  checkReasons(entries, rules, complain);
  checkRecovery(entries, rules, complain);
  checkStop(entries, rules, complain);
  checkStats(entries, complain);
  return problems;
}

function checkCall(call: CallRecord, rules: Rules, complain: Complain): void {
  const { key, invoked, ends } = call;
  const [end] = ends;
  if (end === undefined || ends.length > 1) {
    complain(end ?? invoked, `${key} was settled ${ends.length} times`);
    return;
  }
  const late = end.t - invoked.t - invoked.timeoutMs;
  if (late > slackMs) complain(end, `${key} was settled ${late} ms after its deadline`);
  checkSends(call, rules, complain);
  checkResult(call, end, complain);
  checkMerges(call, end, complain);
  checkTold(call, end, complain);
}

function checkSends(call: CallRecord, { replay }: Rules, complain: Complain): void {
  const { key, sends, runs, begun, invoked } = call;
  const most = replay === "never" ? 1 : 2;
  let last = 0;
  for (const send of sends) {
    // A redirect leads to the same attempt again, elsewhere.
    if (send.attempt < last || send.attempt > most)
      complain(send, `${key} was sent as attempt ${send.attempt} after ${last}`);
    last = send.attempt;
  }
  if (new Set(begun.map(({ attempt }) => attempt)).size < begun.length)
    complain(invoked, `an attempt of ${key} reached the plugin twice`);
  const mostRuns = replay === "once" ? 2 : 1;
  if (runs.length > mostRuns) complain(invoked, `${key} was run ${runs.length} times`);
  if (begun.length > sends.length)
    complain(invoked, `${key} reached the plugin ${begun.length} times, of ${sends.length} sends`);
}

function checkResult({ key, runs, begun }: CallRecord, end: End, complain: Complain): void {
  if (end.ev === "ok") {
    const run = runs.find(({ stamp }) => stamp === end.stamp);
    if (run === undefined) complain(end, `the result of ${key} is of none of its runs`);
    else if (run.allows !== end.allows)
      complain(end, `${key} is ${end.allows ? "allowed" : "denied"}, which the plugin did not say`);
    return;
  }
  if (end.outcome === "not_processed" && begun.length > 0)
    complain(end, `${key} failed as not_processed (${end.code}), and ran ${begun.length} times`);
  if (end.outcome === "answered" && begun.length === 0 && needsRun.has(end.code))
    complain(end, `${key} failed as answered (${end.code}), and never ran`);
  if (end.outcome === "" && begun.length > 0)
    complain(end, `${key} failed without an outcome (${end.code}), and ran`);
}

/** A plugin has to run for these. */
const needsRun: ReadonlySet<string> = new Set([
  "PLUGIN_ERROR",
  "JSON_DECODE_ERROR",
  "INVALID_RESPONSE",
]);

function checkMerges({ key, merges }: CallRecord, end: End, complain: Complain): void {
  for (const merge of merges) {
    if (end.ev !== "ok") complain(merge, `the context of ${key} was changed, which failed`);
    else if (merge.stamps.some((stamp) => stamp !== end.stamp))
      complain(merge, `the context of ${key} is of ${merge.stamps}, its result of ${end.stamp}`);
  }
  if (merges.length > 1) complain(end, `the context of ${key} was changed ${merges.length} times`);
  if (end.ev === "ok" && merges.length === 0)
    complain(end, `the context of ${key} was not changed`);
}

function checkTold({ key, told, invoked }: CallRecord, end: End, complain: Complain): void {
  if (invoked.by === "plugin") return;
  const [first] = told;
  if (first === undefined || told.length > 1)
    complain(end, `the asker of ${key} was told ${told.length} times`);
  else if ((first.status === "ok") !== (end.ev === "ok"))
    complain(end, `the asker of ${key} was told ${first.status}, the caller ${end.ev}`);
  else if (end.ev !== "ok" && first.code !== end.code)
    complain(end, `the asker of ${key} was told ${first.code}, the caller ${end.code}`);
}

/** First sends go out in the order of the calls. Over several connections at a time, order has no meaning. */
function checkOrder(entries: readonly Entry[], rules: Rules, complain: Complain): void {
  if (rules.transport === "http" && rules.maxInFlight > 1) return;
  const places = new Map<string, number>();
  let last = -1;
  for (const entry of entries) {
    if (entry.ev === "invoke") places.set(entry.key, places.size);
    if (entry.ev !== "send") continue;
    const place = places.get(entry.key) ?? -1;
    if (place < last) complain(entry, `${entry.key} was sent after a later call`);
    last = Math.max(last, place);
  }
}

/** How many runs go on at a time, as the plugin sees it. */
function checkInFlight(
  entries: readonly Entry[],
  { maxInFlight }: Rules,
  complain: Complain,
): void {
  const running = new Map<number, string>();
  for (const entry of entries) {
    if (entry.ev === "over") running.delete(entry.run);
    if (entry.ev !== "begun") continue;
    running.set(entry.run, entry.key);
    if (running.size > maxInFlight)
      complain(entry, `${[...running.values()].join(" and ")} run at a time, of ${maxInFlight}`);
  }
}

/** The generations of a connection only grow. */
function checkGenerations(entries: readonly Entry[], complain: Complain): void {
  const latest = new Map<number, number>();
  for (const entry of entries) {
    if (entry.ev !== "state") continue;
    const before = latest.get(entry.life) ?? 0;
    if (entry.gen < before) complain(entry, `generation ${entry.gen} after ${before}`);
    latest.set(entry.life, entry.gen);
  }
}

/** The next process is started only when the one before has ended. */
function checkProcesses(entries: readonly Entry[], complain: Complain): void {
  const alive = new Set<number>();
  for (const entry of entries) {
    if (!("what" in entry) || entry.what !== "process") continue;
    if (entry.ev === "closed") alive.delete(entry.id);
    else alive.add(entry.id);
    if (alive.size > 1) complain(entry, `processes ${[...alive].join(" and ")} live at a time`);
  }
}

/** A session that was ready is given up for a reason: something struck it, somebody asked, or nobody needs it. */
function checkReasons(entries: readonly Entry[], rules: Rules, complain: Complain): void {
  let hasReason = false;
  let before = "";
  let beforeSince = 0;
  /** Until when something goes on that has struck an earlier session */
  let lastsUntil = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    if (isReason(entry)) hasReason = true;
    if (entry.ev === "struck") lastsUntil = Math.max(lastsUntil, entry.t + entry.lastsMs);
    if (entry.ev !== "state") continue;
    const { t, state } = entry;
    const isIdle = before === "ready.waiting" && t - beforeSince >= rules.idleTimeoutMs;
    if (isReady(before) && !isReady(state) && !hasReason && !isIdle && t > lastsUntil)
      complain(entry, `a session that nothing was wrong with was given up, for ${state}`);
    if (state === "spawning" || state === "connecting") hasReason = false;
    before = state;
    beforeSince = t;
  }
}

const isReady = (state: string): boolean => state === "ready.waiting" || state === "ready.invoking";

function isReason(entry: Entry): boolean {
  switch (entry.ev) {
    case "struck":
    case "reconnect":
    case "stop":
      return true;
    // A caller that has gone while the plugin may be at work, and the plugin does not end it
    case "unknown":
      return entry.code === "DEADLINE_EXCEEDED" || entry.code === "ABORTED";
    default:
      return false;
  }
}

/** Once nothing goes wrong any more, the plugin is ready again in time, and everybody has an answer. */
function checkRecovery(entries: readonly Entry[], rules: Rules, complain: Complain): void {
  const calm = entries.find(({ ev }) => ev === "calm");
  if (calm === undefined) return;
  for (const what of ["ready", "drained"] as const) {
    const isEnough = ({ ev }: Entry): boolean =>
      ev === what || (ev === "givenUp" && rules.mayGiveUp && what === "ready");
    const reached = entries.find(isEnough);
    if (reached === undefined) complain(calm, `not ${what} again`);
    else if (reached.t - calm.t > recoveryMs)
      complain(reached, `${what} again only after ${reached.t - calm.t} ms`);
  }
}

/** After a stop nothing goes out, it ends in time, and nothing is left. */
function checkStop(entries: readonly Entry[], rules: Rules, complain: Complain): void {
  const from = entries.findIndex(({ ev }) => ev === "stop");
  const stop = entries[from];
  if (stop?.ev !== "stop") {
    complain({ t: 0 }, "it was never stopped");
    return;
  }
  const rest = entries.slice(from);
  // A stop that drains lets go out what was on its way: what waited for a connection, or for room in a pipe.
  const sends = rest.filter(({ ev }) => ev === "send" || ev === "retry");
  if (sends.length > (stop.drainMs > 0 ? rules.maxInFlight : 0))
    complain(stop, `${sends.length} calls were sent after the stop`);
  const stopped = rest.find(({ ev }) => ev === "stopped");
  const stopMs = (stopped?.t ?? Number.POSITIVE_INFINITY) - stop.t;
  if (stopMs > rules.stopLimitMs + stop.drainMs) complain(stop, `the stop took ${stopMs} ms`);
  const left = rest.find((entry): entry is At<Left> => entry.ev === "left");
  if (left === undefined) complain(stop, "nobody looked what was left");
  else checkLeft(left, complain);
}

function checkLeft(left: At<Left>, complain: Complain): void {
  for (const what of ["processes", "connections", "calls", "timers"] as const)
    if (left[what] > 0) complain(left, `${left[what]} ${what} are left`);
}

/** Whoever was settled twice was counted twice. */
function checkStats(entries: readonly Entry[], complain: Complain): void {
  const count = (which: (entry: Entry) => boolean): number => entries.filter(which).length;
  const stats = entries.find((entry): entry is At<Counted> => entry.ev === "stats");
  if (stats === undefined) return;
  const succeeded = count(({ ev }) => ev === "ok");
  const unknown = count(({ ev }) => ev === "unknown");
  const failed = count(({ ev }) => ev === "fail" || ev === "unknown");
  const sent = new Set(
    entries.flatMap((entry) =>
      entry.ev === "send" || entry.ev === "retry" ? [`${entry.key} ${entry.attempt}`] : [],
    ),
  ).size;
  if (stats.succeeded !== succeeded)
    complain(stats, `${stats.succeeded} of ${succeeded} succeeded`);
  if (stats.unknown !== unknown) complain(stats, `${stats.unknown} of ${unknown} are unknown`);
  if (stats.failed > failed) complain(stats, `${stats.failed} counted, ${failed} failed`);
  if (stats.sent < sent) complain(stats, `${stats.sent} counted, ${sent} sent`);
}
