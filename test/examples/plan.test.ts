import { describe, expect, test } from "vitest";
import type { DemoInput } from "../../examples/demo/input-folder.ts";
import { makePlan } from "../../examples/demo/plan.ts";

const input = (documents: number, toolCalls: number): DemoInput => ({
  documents: Array.from({ length: documents }, (_, index) => ({
    name: `a/b/c/${index}.txt`,
    text: "é".repeat(index * 100),
  })),
  toolCalls: Array.from({ length: toolCalls }, (_, index) => ({
    place: `calls/shop.jsonl:${index + 1}`,
    name: "tool",
    args: {},
    result: null,
  })),
  bytes: 0,
});

describe("a plan", () => {
  test("is the same for the same seed, and another one for another", () => {
    const orders = [1, 1, 2, 2 ** 33].map((seed) => makePlan(input(8, 9), seed));
    const [first, again, ...others] = orders.map(({ jobs, victims, restartAt }) =>
      JSON.stringify([jobs.map(({ id }) => id), victims[0]?.id, restartAt.id]),
    );
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
  });

  test.each([
    [1, 0],
    [0, 1],
    [2, 1],
    [26, 38],
  ])(
    "has all work in it, and its disturbances in order: %i documents, %i tool calls",
    (documents, toolCalls) => {
      const victims = new Set<string | undefined>();
      for (let seed = 0; seed < 60; seed += 1) {
        const plan = makePlan(input(documents, toolCalls), seed);
        const ids = plan.jobs.map(({ id }) => id);
        expect(new Set(ids).size).toBe(documents + toolCalls + 4);
        const exports = plan.jobs.filter(({ kind }) => kind === "export");
        expect(exports.map(({ id }) => id)).toEqual([
          "export-1",
          "export-2",
          "export-3",
          "export-4",
        ]);
        // The restart comes when every export has been taken, and there is a second choice for the first victim.
        expect(plan.jobs.indexOf(plan.restartAt)).toBeGreaterThan(ids.indexOf("export-4"));
        expect(plan.victims.length).toBeGreaterThanOrEqual(2);
        expect(exports.slice(-plan.victims.length)).toEqual(plan.victims);
        victims.add(plan.victims[0]?.id);
      }
      expect([...victims].sort()).toEqual(["export-1", "export-2", "export-3"]);
    },
  );

  test("has exports of about the same length, whatever the documents are", () => {
    for (const some of [input(1, 0), input(0, 3), input(30, 0)])
      for (const job of makePlan(some, 1).jobs) {
        if (job.kind !== "export") continue;
        const bytes = Buffer.byteLength(JSON.stringify(job.documents));
        expect(bytes).toBeGreaterThan(2_000_000);
        expect(bytes).toBeLessThan(4_000_000);
      }
  });

  test("calls things by names that people find, and that hide personal data", () => {
    const { jobs } = makePlan(
      {
        documents: [{ name: "mail/2026/to anna@example.org\u202e.txt", text: "" }],
        toolCalls: [{ place: "x/shop.JSONL:7", name: "order_lookup", args: {}, result: 1 }],
        bytes: 0,
      },
      1,
    );
    const subjects = jobs.filter(({ kind }) => kind !== "export").map(({ subject }) => subject);
    expect(subjects.sort()).toEqual(["2026/to a***@example.org�.txt", "order_lookup, shop:7"]);
  });
});
