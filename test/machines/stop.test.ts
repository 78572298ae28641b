import { describe, expect, test } from "vitest";
import { requestOf } from "./support/fixtures.ts";
import { allowLateEvents } from "./support/late-events.ts";
import { reachRow } from "./support/table.ts";
import { TestConnection } from "./support/test-connection.ts";
import { rows } from "./table/rows.ts";

allowLateEvents();

/** Every call that was admitted has one end, and nothing is left of the connection. */
function expectNothingLeft(connection: TestConnection): void {
  expect(connection.state).toBe("terminated");
  expect(connection.actor.getSnapshot().status).toBe("done");
  const ends = connection.settlements.map(({ request }) => request.id);
  expect(new Set(ends).size).toBe(ends.length);
  expect(ends).toEqual(expect.arrayContaining(connection.watched.map(({ id }) => id)));
  expect(connection.sessions.every(({ isReleased }) => isReleased)).toBe(true);
  expect(connection.clock.pending).toBe(0);
  expect(connection.keepers).toBe(0);
  expect(connection.crashes).toEqual([]);
}

const livingRows = Object.entries(rows).filter(([name]) => name !== "terminated");

describe.each(livingRows)("a stop in %s", (_, row) => {
  test("leads to the end", () => {
    const connection = reachRow(row);
    connection.stop();
    if (connection.state !== "terminated") connection.closed();
    expectNothingLeft(connection);
  });

  test("leads to the end also when the release never reports its own", () => {
    const connection = reachRow(row);
    connection.stop();
    connection.advance(9_000);
    expectNothingLeft(connection);
  });

  test("leads to the end also when calls may end first and never do", () => {
    const connection = reachRow(row);
    connection.stop(700);
    connection.advance(700);
    if (connection.state !== "terminated") connection.closed();
    expectNothingLeft(connection);
  });

  test("is the same if it comes again", () => {
    const connection = reachRow(row);
    connection.stop(700);
    connection.stop(700);
    connection.stop();
    if (connection.state !== "terminated") connection.closed();
    expectNothingLeft(connection);
  });
});

describe("a stop that lets calls end first", () => {
  function twoOutOneWaiting(): TestConnection {
    const connection = new TestConnection({ maxInFlight: 2 });
    connection.start();
    connection.becomeReady();
    connection.invoke(requestOf(1), requestOf(2), requestOf(3));
    connection.stop(5_000);
    return connection;
  }

  test("is over as soon as they have", () => {
    const connection = twoOutOneWaiting();
    connection.answered(2);
    connection.advance(100);
    connection.answered(1);
    expect(connection.state).toBe("stopping");
    connection.closed();
    expect(connection.settlements).toMatchObject([
      { request: { id: 3 }, code: "STOPPED", outcome: "not_processed" },
      { request: { id: 2 }, status: "answered" },
      { request: { id: 1 }, status: "answered" },
    ]);
    expectNothingLeft(connection);
  });

  test("sends nothing again, whatever happens meanwhile", () => {
    const connection = twoOutOneWaiting();
    connection.lost({ ended: [1], unsent: [1], alive: true });
    connection.invoke(requestOf(4));
    connection.reconnect();
    connection.lost({ ended: [2], unsent: [] });
    connection.closed();
    expect(connection.settlements).toMatchObject([
      { request: { id: 3 }, code: "STOPPED", outcome: "not_processed" },
      { request: { id: 1 }, code: "STOPPED", outcome: "not_processed" },
      { request: { id: 4 }, code: "STOPPED", outcome: "not_processed" },
      { request: { id: 2 }, code: "STOPPED", outcome: "unknown" },
    ]);
    expect(connection.sessions).toHaveLength(1);
    expectNothingLeft(connection);
  });

  test("keeps its own time when a call proves the session lost meanwhile", () => {
    const connection = twoOutOneWaiting();
    connection.lost({ ended: [1], unsent: [1], alive: true });
    connection.advance(4_999);
    expect(connection.state).toBe("ready.draining");
    connection.answered(2);
    expect(connection.state).toBe("stopping");
    connection.closed();
    expect(connection.settlements.at(-1)).toMatchObject({ request: { id: 2 }, status: "answered" });
    expectNothingLeft(connection);
  });

  test("may take any time that somebody names", () => {
    const connection = new TestConnection();
    connection.start();
    connection.becomeReady();
    connection.invoke(requestOf(1));
    connection.stop(Number.POSITIVE_INFINITY);
    expect(connection.picture.drainMs).toBe(2_147_483_647);
    expect(connection.state).toBe("ready.draining");
  });

  test("turns a reconnect that waits for its calls into a stop, with the stop's own time", () => {
    const connection = new TestConnection();
    connection.start();
    connection.becomeReady();
    connection.invoke(requestOf(1));
    connection.reconnect();
    connection.advance(19_000);
    connection.stop(5_000);
    connection.advance(4_999);
    expect(connection.state).toBe("ready.draining");
    connection.advance(1);
    expect(connection.state).toBe("stopping");
  });
});
