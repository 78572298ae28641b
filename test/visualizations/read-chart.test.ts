import { describe, expect, test } from "vitest";
import { createMachine, fromPromise, not, or, setup } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { type ChartState, statesOf, transitionsOf } from "../../visualizations/chart/chart.ts";
import { readChart } from "../../visualizations/chart/read-chart.ts";

/** With what the connection's machine has not. */
const everything = setup({
  actors: { work: fromPromise(async () => {}) },
  actions: { begin: () => {}, note: () => {} },
  guards: { isA: () => true, isB: () => true },
  delays: { pause: 5, limit: ({ context }) => context.ms },
  types: { context: {} as { ms: number } },
}).createMachine({
  id: "everything",
  context: { ms: 1 },
  initial: "working",
  states: {
    working: {
      entry: "begin",
      exit: "note",
      invoke: { id: "worker", src: "work", onDone: "deciding", onError: { target: "failed" } },
      after: { pause: { actions: "note" }, limit: "failed" },
    },
    deciding: {
      always: [
        { guard: or(["isA", not("isB")]), target: "both" },
        { target: "failed", actions: { type: "note" } },
      ],
    },
    both: { type: "parallel", states: { one: {}, other: {} } },
    failed: { type: "final" },
  },
});

describe("the chart", () => {
  const chart = readChart(everything);

  test("has every transition, by a key of its own", () => {
    expect(transitionsOf(chart).map(({ key, targets }) => `${key} → ${targets}`)).toEqual([
      "working/done.worker/0 → deciding",
      "working/error.worker/0 → failed",
      "working/after.pause/0 → ",
      "working/after.limit/0 → failed",
      "deciding/always/0 → both",
      "deciding/always/1 → failed",
    ]);
  });

  test("names combined guards, actions with parameters, and what runs on entry and exit", () => {
    const [, working, deciding] = statesOf(chart.root);
    expect(working).toMatchObject({
      entry: ["begin"],
      exit: ["note"],
      invokes: [{ id: "worker", src: "work" }],
    });
    expect(deciding?.transitions).toMatchObject([
      { guards: ["isA or not isB"], isElse: false, trigger: "always", name: "" },
      { guards: [], isElse: true, actions: ["note"] },
    ]);
  });

  test("knows the kinds of states, and where each begins", () => {
    const kinds = statesOf(chart.root).map(({ path, kind, initial }) => [path, kind, initial]);
    expect(kinds).toEqual([
      ["", "compound", "working"],
      ["working", "atomic", null],
      ["deciding", "atomic", null],
      ["both", "parallel", null],
      ["both.one", "atomic", null],
      ["both.other", "atomic", null],
      ["failed", "final", null],
    ]);
  });

  test("tells where a delay comes from", () => {
    expect(chart.delays).toEqual([
      { name: "pause", source: "5 ms" },
      { name: "limit", source: "context.ms" },
    ]);
  });

  test("refuses a part without a name, which no reader could find in the code", () => {
    const nameless = createMachine({ on: { go: { actions: () => {} } } });
    expect(() => readChart(nameless)).toThrow("no name");
  });
});

describe("spawned actors", () => {
  test("live where the connection has a session", () => {
    const living = (state: ChartState): string[] => (state.actors.length > 0 ? [state.path] : []);
    expect(statesOf(readChart(pluginConnectionMachine).root).flatMap(living)).toEqual([
      "spawning",
      "connecting",
      "initializing",
      "fetchingConfig",
      "ready.waiting",
      "ready.invoking",
      "ready.draining",
      "closing",
      "stopping",
    ]);
  });

  test("are an error where one way stops them and another forgets to", () => {
    const base = setup({ actors: { child: fromPromise(async () => {}) } });
    const leaking = base
      .extend({
        actions: {
          spawnIt: base.spawnChild("child", { id: "child" }),
          stopIt: base.stopChild("child"),
        },
      })
      .createMachine({
        initial: "on",
        states: {
          on: { entry: "spawnIt", on: { good: { target: "off", actions: "stopIt" }, bad: "off" } },
          off: {},
        },
      });
    expect(() => readChart(leaking)).toThrow("'off' has the actors '' or 'child'");
  });
});
