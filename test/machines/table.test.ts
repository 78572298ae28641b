import { describe, expect, test } from "vitest";
import { transition } from "xstate";
import type { ConnectionEvent } from "../../machines/index.ts";
import { changesOf, pictureOf } from "./support/describe.ts";
import { allowLateEvents } from "./support/late-events.ts";
import {
  type Circumstances,
  type Effect,
  factsOf,
  instancesOf,
  type Row,
  reachRow,
} from "./support/table.ts";
import { type TestConnection, testedMachine } from "./support/test-connection.ts";
import { cellsOf, delaysOf, eventOf, leftOf } from "./table/cells.ts";
import { terminated } from "./table/end.ts";
import { rows } from "./table/rows.ts";

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

const titleOf = (what: string, { when }: Circumstances): string =>
  when === undefined ? what : `${what}, when ${when}`;

// That is what the last row is about.
allowLateEvents();

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
      expectEffect(row, {}, connection, () => connection.advance(leftOf(cell) - 1));
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
