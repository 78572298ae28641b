import type { ConnectionEvent } from "../../../machines/index.ts";
import {
  type Cell,
  type DelayCell,
  type EventType,
  instancesOf,
  type Row,
  sinceEntryMs,
} from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

export const cellsOf = (row: Row): [EventType, readonly Cell<EventType>[]][] =>
  Object.entries(row.on) as [EventType, readonly Cell<EventType>[]][];

export const delaysOf = (row: Row): [string, DelayCell][] =>
  Object.entries(row.after).flatMap(([delay, cells]) =>
    cells.map((cell): [string, DelayCell] => [delay, cell]),
  );

export function eventOf(
  type: EventType,
  cell: Cell<EventType>,
  connection: TestConnection,
): ConnectionEvent {
  const [first] = instancesOf(connection)[type];
  return { ...first, ...cell.with } as ConnectionEvent;
}

/** From the time at which a row is reached to the one at which the delay is over. */
export const leftOf = (cell: DelayCell): number => cell.afterMs - sinceEntryMs;
