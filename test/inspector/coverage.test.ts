import { describe, expect, it } from "vitest";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { statesOf } from "../../visualizations/chart/chart.ts";
import { readChart } from "../../visualizations/chart/read-chart.ts";
import { readCoverage } from "../../visualizations/inspector/coverage.ts";
import { everyTransition } from "../model/transitions.ts";

const drawn = statesOf(readChart(pluginConnectionMachine).root).flatMap(({ transitions }) =>
  transitions.map(({ key }) => key),
);

describe("the coverage that is drawn over the chart", () => {
  it("finds every transition of the tests' report in the chart", () => {
    const taken = Object.fromEntries(everyTransition.map((id, index) => [id, index]));
    const { counts } = readCoverage(JSON.stringify({ states: 14, taken }));
    expect([...counts.keys()].toSorted()).toEqual(drawn.toSorted());
    expect(counts.get("ready.invoking/hooks.answered/1")).toBe(
      everyTransition.indexOf("ready.invoking/hooks.answered/1"),
    );
  });

  it("takes the counts alone as well", () => {
    const { counts } = readCoverage('{"closing/after.closeLimit/0": 3}');
    expect([...counts]).toEqual([["closing/after.closeLimit/0", 3]]);
  });

  it.each([
    ["nonsense", /JSON/],
    ["7", "A report is a JSON object"],
    ["{}", "The report names no transitions"],
    ['{"taken":7}', "taken must be an object"],
    ['{"a/b/0":-1}', "must be a whole number"],
    ['{"a/b/0":"many"}', "must be a whole number"],
  ])("refuses what is none: %s", (text, message) => {
    expect(() => readCoverage(text)).toThrow(message);
  });
});
