import { describe, expect, test } from "vitest";
import { check } from "./checker.ts";
import type { Entry, Rules } from "./history.ts";

const rules: Rules = {
  seed: 1,
  transport: "stdio",
  maxInFlight: 1,
  replay: "provable",
  mayGiveUp: false,
  idleTimeoutMs: Number.POSITIVE_INFINITY,
  stopLimitMs: 1_000,
};

/** Where nothing is wrong: two calls, of which one is denied by the plugin and the other fails in a loss. */
const good: readonly Entry[] = [
  { t: 0, ev: "state", state: "spawning", gen: 1, life: 1 },
  { t: 0, ev: "opened", what: "process", id: 1 },
  { t: 9, ev: "state", state: "ready.waiting", gen: 1, life: 1 },
  { t: 10, ev: "invoke", key: "a", by: "actor", timeoutMs: 100 },
  { t: 10, ev: "invoke", key: "b", by: "plugin", timeoutMs: 100 },
  { t: 10, ev: "send", key: "a", attempt: 1, gen: 1 },
  { t: 10, ev: "state", state: "ready.invoking", gen: 1, life: 1 },
  { t: 11, ev: "begun", run: 1, key: "a", attempt: 1 },
  { t: 11, ev: "run", key: "a", stamp: "a#1", allows: false },
  { t: 12, ev: "over", run: 1, how: "answered" },
  { t: 13, ev: "told", key: "a", status: "ok", code: "" },
  { t: 13, ev: "ok", key: "a", allows: false, stamp: "a#1" },
  { t: 13, ev: "merge", key: "a", stamps: ["a#1", "a#1", "a#1"] },
  { t: 13, ev: "send", key: "b", attempt: 1, gen: 1 },
  { t: 14, ev: "begun", run: 2, key: "b", attempt: 1 },
  { t: 14, ev: "run", key: "b", stamp: "b#2", allows: true },
  { t: 15, ev: "struck", fault: "die", lastsMs: 0 },
  { t: 15, ev: "closed", what: "process", id: 1 },
  { t: 15, ev: "over", run: 2, how: "died" },
  { t: 15, ev: "state", state: "closing", gen: 1, life: 1 },
  { t: 15, ev: "unknown", key: "b", code: "SESSION_LOST", outcome: "unknown" },
  { t: 16, ev: "state", state: "spawning", gen: 2, life: 1 },
  { t: 16, ev: "opened", what: "process", id: 2 },
  { t: 20, ev: "calm" },
  { t: 21, ev: "state", state: "ready.waiting", gen: 2, life: 1 },
  { t: 22, ev: "ready" },
  { t: 22, ev: "drained" },
  { t: 30, ev: "stop", drainMs: 0 },
  { t: 30, ev: "state", state: "stopping", gen: 2, life: 1 },
  { t: 31, ev: "closed", what: "process", id: 2 },
  { t: 31, ev: "stopped", how: "terminated" },
  { t: 99, ev: "stats", succeeded: 1, unknown: 1, failed: 1, sent: 2, replayed: 0 },
  { t: 99, ev: "left", processes: 0, connections: 0, calls: 0, timers: 0 },
];

const indexOf = (ev: Entry["ev"], key?: string): number =>
  good.findIndex((entry) => entry.ev === ev && (!key || ("key" in entry && entry.key === key)));

/** The good history with other entries in the place of one, or after it. */
const replaced = (at: number, ...by: readonly Entry[]): Entry[] => good.toSpliced(at, 1, ...by);
const without = (ev: Entry["ev"], key?: string): Entry[] => replaced(indexOf(ev, key));
const followed = (ev: Entry["ev"], key: string, by: Entry): Entry[] =>
  good.toSpliced(indexOf(ev, key) + 1, 0, by);

test("a history in which nothing is wrong", () => {
  expect(check(rules, good)).toEqual([]);
});

describe("what is wrong is seen:", () => {
  const again: Entry = { t: 14, ev: "retry", key: "b", attempt: 2, gen: 1 };
  const ranAgain: Entry = { t: 14, ev: "run", key: "b", stamp: "b#3", allows: true };

  test.each<[string, readonly Entry[], string]>([
    ["a call without an end", without("unknown", "b"), "b was settled 0 times"],
    [
      "a call with two ends",
      followed("unknown", "b", {
        t: 15,
        ev: "fail",
        key: "b",
        code: "STOPPED",
        outcome: "not_processed",
      }),
      "b was settled 2 times",
    ],
    [
      "an end after the deadline",
      replaced(indexOf("invoke", "b"), {
        t: 10,
        ev: "invoke",
        key: "b",
        by: "plugin",
        timeoutMs: 3,
      }),
      "b was settled 2 ms after its deadline",
    ],
    [
      "a third send",
      followed("send", "b", { t: 14, ev: "retry", key: "b", attempt: 3, gen: 1 }),
      "b was sent as attempt 3 after 1",
    ],
    ["two runs", followed("run", "b", ranAgain), "b was run 2 times"],
    [
      "a result that no run gave",
      replaced(indexOf("ok"), { t: 13, ev: "ok", key: "a", allows: false, stamp: "b#1" }),
      "the result of a is of none of its runs",
    ],
    [
      "an allow that the plugin did not give",
      replaced(indexOf("ok"), { t: 13, ev: "ok", key: "a", allows: true, stamp: "a#1" }),
      "a is allowed, which the plugin did not say",
    ],
    [
      "a run of what is said not to have run",
      replaced(indexOf("unknown"), {
        t: 15,
        ev: "fail",
        key: "b",
        code: "SESSION_LOST",
        outcome: "not_processed",
      }),
      "b failed as not_processed (SESSION_LOST), and ran 1 times",
    ],
    [
      "a context of a failed call",
      followed("unknown", "b", { t: 15, ev: "merge", key: "b", stamps: ["b#2", "b#2", "b#2"] }),
      "the context of b was changed, which failed",
    ],
    [
      "a context in parts",
      replaced(indexOf("merge"), { t: 13, ev: "merge", key: "a", stamps: ["a#1", "", "a#1"] }),
      "the context of a is of a#1,,a#1, its result of a#1",
    ],
    ["a context that is not taken", without("merge"), "the context of a was not changed"],
    [
      "an asker that is told twice",
      followed("told", "a", { t: 13, ev: "told", key: "a", status: "ok", code: "" }),
      "the asker of a was told 2 times",
    ],
    [
      "a later call that goes first",
      good.toSpliced(indexOf("send", "a"), 0, { t: 10, ev: "send", key: "b", attempt: 1, gen: 1 }),
      "a was sent after a later call",
    ],
    ["a slot that is not free", without("over"), "a and b run at a time, of 1"],
    [
      "a generation from before",
      replaced(indexOf("calm") - 2, { t: 16, ev: "state", state: "spawning", gen: 0, life: 1 }),
      "generation 0 after 1",
    ],
    ["two processes", without("closed"), "processes 1 and 2 live at a time"],
    [
      "a session that is given up for nothing",
      without("struck"),
      "a session that nothing was wrong with was given up, for closing",
    ],
    ["a plugin that does not come back", without("ready"), "not ready again"],
    [
      "a plugin that comes back late",
      replaced(indexOf("drained"), { t: 60_021, ev: "drained" }),
      "drained again only after 60001 ms",
    ],
    [
      "a send after the stop",
      good.toSpliced(indexOf("stop") + 1, 0, { t: 31, ev: "send", key: "b", attempt: 1, gen: 2 }),
      "1 calls were sent after the stop",
    ],
    ["no stop", without("stop"), "it was never stopped"],
    [
      "a stop that takes long",
      replaced(indexOf("stopped"), { t: 1_031, ev: "stopped", how: "terminated" }),
      "the stop took 1001 ms",
    ],
    [
      "something that is left",
      replaced(indexOf("left"), {
        t: 99,
        ev: "left",
        processes: 1,
        connections: 0,
        calls: 0,
        timers: 2,
      }),
      "1 processes are left",
    ],
    [
      "a call that is counted twice",
      replaced(indexOf("stats"), {
        t: 99,
        ev: "stats",
        succeeded: 2,
        unknown: 1,
        failed: 1,
        sent: 2,
        replayed: 0,
      }),
      "2 of 1 succeeded",
    ],
    [
      "an end of a call that nobody made",
      [...good, { t: 99, ev: "fail", key: "z", code: "STOPPED", outcome: "not_processed" }],
      "fail of a call that nobody has made",
    ],
    [
      "a repetition where none is allowed",
      followed("begun", "b", again),
      "b was sent as attempt 2 after 1",
    ],
  ])("%s", (what, entries, complaint) => {
    const strict: Rules = {
      ...rules,
      replay: what.startsWith("a repetition") ? "never" : "provable",
    };
    const problems = check(strict, entries);
    expect(problems.map((problem) => problem.replace(/^t=\d+: /, ""))).toContain(complaint);
  });

  test("what is allowed by another policy is not wrong", () => {
    const twice = followed("run", "b", ranAgain).toSpliced(indexOf("begun", "b") + 1, 0, again, {
      t: 14,
      ev: "begun",
      run: 2,
      key: "b",
      attempt: 2,
    });
    const counted = twice.map((entry) => (entry.ev === "stats" ? { ...entry, sent: 3 } : entry));
    expect(check({ ...rules, replay: "once" }, counted)).toEqual([]);
    expect(check({ ...rules, replay: "provable" }, counted)).toContain("t=10: b was run 2 times");
  });
});
