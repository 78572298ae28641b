import { describe, expect, test } from "vitest";
import { checkRun } from "../../examples/demo/checks.ts";
import type { HookOutcome } from "../../examples/demo/report.ts";
import type { LedgerEntry } from "../../examples/plugins/ledger.ts";

type Facts = Parameters<typeof checkRun>[0];

const entry = (request: string, event: LedgerEntry["event"], plugin: string, pid: number) =>
  ({ at: 0, hook: "h", request, event, plugin, pid }) satisfies LedgerEntry;

const whole = (request: string, plugin: string, pid: number): LedgerEntry[] => [
  entry(request, "begun", plugin, pid),
  entry(request, "ended", plugin, pid),
];

const ends = (outcomes: Record<string, HookOutcome>): Facts["ends"] =>
  new Map(Object.entries(outcomes).map(([id, outcome]) => [id, { plugin: "P", outcome }]));

const recovered = (plugin: string) =>
  ({ type: "recovery", plugin, generation: 2, downMs: 1 }) as const;

/** A run as it should be. */
const good: Facts = {
  ends: ends({ a: "masked", b: "unknown", c: "allowed", d: "blocked", e: "allowed" }),
  ledger: [
    ...whole("a", "PiiMasker", 1),
    entry("b", "begun", "PiiMasker", 1),
    ...whole("c", "PiiMasker", 2),
    ...whole("d", "PolicyGuard", 3),
    ...whole("e", "PolicyGuard", 4),
  ],
  killed: "b",
  recoveries: [recovered("PiiMasker"), recovered("PolicyGuard")],
  childrenLeft: 0,
};

const failing = (facts: Partial<Facts>): string[] =>
  checkRun({ ...good, ...facts })
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe("the checks of a run", () => {
  test("hold for a good one", () => {
    expect(failing({})).toEqual([]);
    expect(checkRun(good)).toHaveLength(4);
  });

  test.each<[string, Partial<Facts>, string[]]>([
    [
      "a call that ran twice",
      { ledger: [...good.ledger, ...whole("c", "PiiMasker", 2)] },
      ["exactly once by the ledger"],
    ],
    [
      "the killed call run again",
      { ledger: [...good.ledger, ...whole("b", "PiiMasker", 2)] },
      ["exactly once by the ledger"],
    ],
    [
      "an answer without a run",
      { ledger: good.ledger.filter(({ request }) => request !== "c") },
      ["exactly once by the ledger", "both plugins recovered"],
    ],
    [
      "an answer without an end",
      { ledger: good.ledger.filter(({ request, event }) => request !== "a" || event === "begun") },
      ["exactly once by the ledger"],
    ],
    [
      "a hook that failed",
      {
        ledger: good.ledger.map((e) =>
          e.request === "a" && e.event === "ended" ? { ...e, event: "failed" } : e,
        ),
      },
      ["exactly once by the ledger"],
    ],
    [
      "a run that nobody asked for",
      { ledger: [...good.ledger, ...whole("x", "PiiMasker", 1)] },
      ["exactly once by the ledger"],
    ],
    ["no call killed", { killed: undefined }, ["one call without an answer"]],
    [
      "another call without an answer",
      { ends: ends({ a: "unknown", b: "unknown", c: "allowed", d: "blocked", e: "allowed" }) },
      ["one call without an answer"],
    ],
    [
      "a call that failed",
      { ends: ends({ a: "failed", b: "unknown", c: "allowed", d: "blocked", e: "allowed" }) },
      ["one call without an answer"],
    ],
    [
      "a plugin that did not recover",
      { recoveries: [recovered("PiiMasker")] },
      ["both plugins recovered"],
    ],
    [
      "a plugin that ran in one process",
      { ledger: good.ledger.map((e) => (e.pid === 4 ? { ...e, pid: 3 } : e)) },
      ["both plugins recovered"],
    ],
    ["a child that is left", { childrenLeft: 1 }, ["no process left"]],
  ])("fail for %s", (_what, facts, names) => {
    expect(failing(facts)).toEqual(names);
  });
});
