import { expect, it } from "vitest";
import type { AnyStateNode } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { edgeId } from "../../src/inspector/edge-id.ts";
import { leafStates } from "../../src/inspector/trace/record.ts";
import { statesOf } from "../../visualizations/chart/chart.ts";
import { readChart } from "../../visualizations/chart/read-chart.ts";

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values<AnyStateNode>(node.states).flatMap(nodesOf),
];
const nodes = nodesOf(pluginConnectionMachine.root);

it("names every transition of the machine as the diagrams do", () => {
  const names = nodes.flatMap((node) => [...node.transitions.values()].flat().map(edgeId));
  const { root } = readChart(pluginConnectionMachine);
  const drawn = statesOf(root).flatMap(({ transitions }) => transitions.map(({ key }) => key));
  expect(names.toSorted()).toEqual(drawn.toSorted());
  expect(names.length).toBeGreaterThan(90);
});

it("knows every leaf of the machine", () => {
  const leaves = nodes
    .filter(({ states }) => Object.keys(states).length === 0)
    .map(({ path }) => path.join("."));
  expect([...leafStates].toSorted()).toEqual(leaves.toSorted());
});
