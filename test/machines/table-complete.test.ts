import { describe, expect, test } from "vitest";
import type { AnyStateNode, InspectionEvent } from "xstate";
import { allowLateEvents } from "./support/late-events.ts";
import { factsOf, instancesOf, reachRow } from "./support/table.ts";
import { testedMachine } from "./support/test-connection.ts";
import { idle } from "./table/before-ready.ts";
import { cellsOf, delaysOf, eventOf, leftOf } from "./table/cells.ts";
import { rows } from "./table/rows.ts";

allowLateEvents();

describe("the table is complete", () => {
  const nodes = (node: AnyStateNode): AnyStateNode[] => [
    node,
    ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodes),
  ];
  const everyNode = nodes(testedMachine.root);
  const leaves = everyNode.filter((node) => Object.keys(node.states).length === 0);
  const pathOf = (node: AnyStateNode): string => node.path.join(".");
  const lineOf = (node: AnyStateNode): AnyStateNode[] =>
    node.parent ? [...lineOf(node.parent), node] : [node];
  const delays = (node: AnyStateNode): string[] => Object.keys(node.config.after ?? {});

  test("every leaf of the machine has a row", () => {
    const tabled = new Set(Object.values(rows).map(({ leaf }) => leaf));
    expect([...tabled].sort()).toEqual(leaves.map(pathOf).sort());
    expect(leaves).toHaveLength(14);
  });

  test("every event of the machine has a cell in every row", () => {
    const declared = [...new Set(everyNode.flatMap((node) => Object.keys(node.config.on ?? {})))];
    declared.sort();
    for (const row of Object.values(rows)) expect(Object.keys(row.on).sort()).toEqual(declared);
    expect(Object.keys(instancesOf(reachRow(idle))).sort()).toEqual(declared);
  });

  test("every delay that runs in a state has a cell in each of its rows", () => {
    for (const leaf of leaves) {
      const declared = lineOf(leaf).flatMap(delays).sort();
      for (const row of Object.values(rows).filter((other) => other.leaf === pathOf(leaf))) {
        const given = Object.keys(row.after).filter((delay) => row.after[delay]?.length !== 0);
        expect({ leaf: row.leaf, delays: given.sort() }).toEqual({
          leaf: row.leaf,
          delays: declared,
        });
      }
    }
  });

  test("every transition of the machine is walked by a cell", () => {
    const walked = new Set<object>();
    const inspect = (event: InspectionEvent): void => {
      if (event.type !== "@xstate.microstep") return;
      for (const taken of event._transitions) walked.add(taken);
    };
    for (const row of Object.values(rows)) {
      for (const [type, cells] of cellsOf(row)) {
        for (const cell of cells) {
          const connection = reachRow(row, cell, inspect);
          connection.send(eventOf(type, cell, connection));
        }
      }
      for (const [, cell] of delaysOf(row)) reachRow(row, cell, inspect).advance(leftOf(cell));
      for (const fact of factsOf(0, reachRow(row))) reachRow(row, {}, inspect).send(fact);
    }
    const unwalked = everyNode.flatMap((node) =>
      [...node.transitions].flatMap(([type, list]) =>
        list.flatMap((declared, index) =>
          walked.has(declared) ? [] : [`${pathOf(node)}: ${type}, transition ${index}`],
        ),
      ),
    );
    expect(unwalked).toEqual([]);
  });
});
