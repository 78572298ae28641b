import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { History } from "../../src/inspector/history.ts";
import type { TraceRecord } from "../../src/inspector/trace/record.ts";
import { modelOf } from "./support/recording.ts";
import { attached, callSteps } from "./support/traces.ts";

const busy = (calls: number): TraceRecord[] => [
  attached(1),
  attached(2),
  ...Array.from({ length: calls }, (_, id) => callSteps(id, id * 10, 1 + (id % 2))).flat(),
];

describe("a history", () => {
  it("remembers no more than it may", () => {
    const history = new History(1_000);
    for (const record of busy(5_000)) {
      history.add(record);
      expect(history.weight).toBeLessThanOrEqual(1_000);
      expect(history.end - history.start).toBeLessThanOrEqual(1_000);
    }
    expect(history.end).toBe(15_002);
    expect(history.start).toBeGreaterThan(14_000);
  });

  it("counts the calls in a record, so that large ones leave sooner", () => {
    const history = new History(1_000);
    history.add(attached());
    const admitted = Array.from({ length: 300 }, (_, id) => ({ id, hook: "x", bytes: 1 }));
    for (let count = 0; count < 100; count += 1) {
      const [first] = callSteps(0, count);
      if (first) history.add({ ...first, admitted });
    }
    expect(history.end - history.start).toBeLessThanOrEqual(3);
  });

  it("remembers nothing of those that left long ago, however many come and go", () => {
    const history = new History(1_000);
    for (let connection = 1; connection <= 5_000; connection += 1) {
      history.add(attached(connection));
      history.add({ kind: "detached", at: 0, connection });
    }
    expect(history.model.size).toBeLessThanOrEqual(500);
    expect(history.all().length).toBeLessThanOrEqual(1_000);
    expect(modelOf(history.all()).size).toBe(history.model.size);
  });

  it("makes the same state of affairs of what it remembers, however much it has forgotten", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), (calls) => {
        const history = new History(1_000);
        for (const record of busy(calls)) history.add(record);
        const remembered = modelOf(history.all());
        for (const [id, { trail: _trail, since: _since, ...connection }] of history.model)
          expect(remembered.get(id)).toMatchObject({
            ...connection,
            latencies: expect.arrayContaining([]),
          });
        expect(remembered.size).toBe(2);
      }),
      { numRuns: 40 },
    );
  });
});
