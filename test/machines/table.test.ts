import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AnyStateNode, type InspectionEvent, transition } from "xstate";
import type { ConnectionEvent } from "../../machines/index.ts";
import { changesOf, pictureOf } from "./support/describe.ts";
import {
  type Cell,
  type Circumstances,
  type DelayCell,
  type Effect,
  type EventType,
  factsOf,
  instancesOf,
  type Row,
  reachRow,
  sinceEntryMs,
} from "./support/table.ts";
import { type TestConnection, testedMachine } from "./support/test-connection.ts";
import { idle } from "./table/before-ready.ts";
import { terminated } from "./table/end.ts";
import { rows } from "./table/rows.ts";

const cellsOf = (row: Row): [EventType, readonly Cell<EventType>[]][] =>
  Object.entries(row.on) as [EventType, readonly Cell<EventType>[]][];

const delaysOf = (row: Row): [string, DelayCell][] =>
  Object.entries(row.after).flatMap(([delay, cells]) =>
    cells.map((cell): [string, DelayCell] => [delay, cell]),
  );

function eventOf(type: EventType, cell: Cell<EventType>, connection: TestConnection) {
  const [first] = instancesOf(connection)[type];
  return { ...first, ...cell.with } as ConnectionEvent;
}

/** The step does what the cell says, and nothing else. */
function expectEffect(row: Row, cell: Effect, connection: TestConnection, step: () => void): void {
  expect(connection.state, "the state before").toBe(row.leaf);
  const before = connection.picture;
  step();
  expect({
    to: connection.state,
    log: connection.takeLog(),
    changes: changesOf(before, connection.picture),
    crashes: connection.crashes,
  }).toEqual({
    to: cell.to ?? row.leaf,
    log: cell.log ?? [],
    changes: cell.changes ?? {},
    crashes: [],
  });
}

function expectNothing(row: Row, connection: TestConnection, event: ConnectionEvent): void {
  expectEffect(row, {}, connection, () => connection.send(event));
}

function advanceTo(connection: TestConnection, cell: DelayCell): void {
  connection.advance(cell.afterMs - sinceEntryMs);
}

const titleOf = (what: string, { when }: Circumstances): string =>
  when === undefined ? what : `${what}, when ${when}`;

beforeEach(() => {
  // XState's development build warns of events to an actor that has ended. That is what the last row is about.
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(rows))("%s", (_, row) => {
  for (const [type, cells] of cellsOf(row)) {
    if (cells.length === 0) {
      test(`${type}: nothing`, () => {
        for (const event of instancesOf(reachRow(row))[type]) {
          expectNothing(row, reachRow(row), event);
        }
      });
    }
    for (const cell of cells) {
      test(titleOf(type, cell), () => {
        const connection = reachRow(row, cell);
        expectEffect(row, cell, connection, () => connection.send(eventOf(type, cell, connection)));
      });
    }
  }

  for (const [delay, cell] of delaysOf(row)) {
    test(titleOf(`after ${delay}`, cell), () => {
      const connection = reachRow(row, cell);
      expectEffect(row, {}, connection, () => connection.advance(cell.afterMs - sinceEntryMs - 1));
      expectEffect(row, cell, connection, () => connection.advance(1));
    });
  }

  test("facts of other generations: nothing", () => {
    const { generation } = reachRow(row);
    for (const other of [generation - 1, generation + 1, 0].filter((n) => n !== generation)) {
      for (const fact of factsOf(other, reachRow(row))) {
        expectNothing(row, reachRow(row), fact);
      }
    }
  });
});

test("nothing happens in the end state, even to those who compute with the machine", () => {
  const connection = reachRow(terminated);
  const snapshot = connection.actor.getSnapshot();
  for (const event of Object.values(instancesOf(connection)).flat()) {
    const [next, actions] = transition(testedMachine, snapshot, event);
    // XState stops the children of an ended machine again and again.
    const types = actions
      .map(({ type }): string => type)
      .filter((type) => type !== "xstate.stopChild");
    expect({ event, picture: pictureOf(next.context), types }).toEqual({
      event,
      picture: connection.picture,
      types: [],
    });
    expect(next.value).toBe("terminated");
  }
});

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
      for (const [, cell] of delaysOf(row)) advanceTo(reachRow(row, cell, inspect), cell);
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
