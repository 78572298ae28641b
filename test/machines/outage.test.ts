import { describe, expect, test } from "vitest";
import type { Link } from "../../machines/index.ts";
import { faultOf, requestOf } from "./support/fixtures.ts";
import { coolingDown } from "./support/table.ts";
import { TestConnection, testedMachine } from "./support/test-connection.ts";

function ready(...settings: ConstructorParameters<typeof TestConnection>): TestConnection {
  const connection = new TestConnection(...settings);
  connection.start();
  connection.becomeReady();
  connection.forget();
  return connection;
}

/** The session is lost, and released straight away. */
function lose(connection: TestConnection, jitter = 0.5): void {
  connection.lost();
  connection.closed(jitter);
}

describe("a loss", () => {
  test("is made good although nobody calls", () => {
    const connection = ready();
    lose(connection);
    expect(connection.takeLog()).toEqual([
      "close",
      "session 1 released",
      "tell reconnecting 1 after 0, SESSION_LOST",
    ]);
    connection.advance(0);
    connection.becomeReady();
    expect(connection.picture).toMatchObject({ generation: 2, hasBeenReady: true });
    expect(connection.state).toBe("ready.waiting");
  });

  test("of a session that is not there any more changes nothing", () => {
    const connection = ready();
    const [first] = connection.sessions;
    lose(connection);
    connection.advance(0);
    connection.becomeReady();
    connection.forget();
    const before = connection.picture;
    first?.say({
      type: "session.lost",
      generation: 1,
      fault: faultOf("LATE"),
      ended: [],
      unsent: [],
      alive: false,
      at: 0,
    });
    connection.send({ type: "session.closed", generation: 1, at: 0, jitter: 0 });
    expect([connection.takeLog(), connection.picture]).toEqual([[], before]);
  });
});

describe("an outage", () => {
  test("is a burst, then probes further and further apart, up to 30 s and without end", () => {
    const connection = ready();
    lose(connection);
    for (const waitMs of [0, 100, 200]) {
      expect(connection.picture).toMatchObject({ waitMs, retryAt: connection.now() + waitMs });
      connection.advance(waitMs);
      connection.failOpening();
    }
    for (const waitMs of [
      1_000, 1_600, 2_560, 4_096, 6_554, 10_486, 16_777, 26_844, 30_000, 30_000, 30_000,
    ]) {
      expect(connection.picture).toMatchObject({ waitMs, retryAt: connection.now() + waitMs });
      connection.advance(waitMs - 1);
      expect(connection.state).toBe("coolingDown");
      connection.advance(1);
      expect(connection.state).toBe("spawning");
      connection.failOpening();
    }
    expect(connection.sessions).toHaveLength(1 + 3 + 11);
    expect(connection.sessions.every(({ isReleased }) => isReleased)).toBe(true);
  });

  test.each([
    { jitter: 0, waitMs: 800 },
    { jitter: 0.5, waitMs: 1_000 },
    { jitter: 1, waitMs: 1_200 },
  ])("chance of $jitter: the first probe after $waitMs ms", ({ jitter, waitMs }) => {
    const connection = ready({ restartLimit: { losses: 1, withinMs: 1 } });
    lose(connection, jitter);
    expect(connection.picture).toMatchObject({ cooled: "CRASH_LOOP", waitMs });
  });

  test("an exponential burst grows by its factor, up to its limit", () => {
    const connection = ready({
      backoff: { kind: "exponential", attempts: 6, delayMs: 100, factor: 3, maxMs: 1_000 },
    });
    lose(connection);
    for (const waitMs of [0, 100, 300, 900, 1_000, 1_000]) {
      expect(connection.picture.waitMs).toBe(waitMs);
      connection.advance(waitMs);
      connection.failOpening();
    }
    expect(connection.state).toBe("coolingDown");
  });

  test("a patient call outlives it, others are told at once", () => {
    const connection = ready();
    lose(connection);
    connection.invoke(requestOf(1), requestOf(2, { waitForReady: true }));
    for (const waitMs of [0, 100, 200]) {
      connection.advance(waitMs);
      connection.failOpening();
    }
    connection.invoke(requestOf(3), requestOf(4, { waitForReady: true }));
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, code: "UNAVAILABLE", outcome: "not_processed", waitedMs: 300 },
      { request: { id: 3 }, code: "UNAVAILABLE", outcome: "not_processed", waitedMs: 0 },
    ]);
    connection.advance(1_000);
    connection.forget();
    connection.becomeReady();
    connection.answered(2);
    connection.answered(4);
    expect(connection.takeLog()).toEqual([
      "initialize",
      "fetch config",
      "call 2",
      "tell ready 5",
      "settle 2 answered",
      "call 4",
      "settle 4 answered",
    ]);
    expect(connection.picture).toMatchObject({ attempt: 0, cooled: null, probes: 0 });
  });

  test("who is refused is told how the connection fares, as of now", () => {
    const told: [number[], Link][] = [];
    const machine = testedMachine.provide({
      actions: {
        settleCalls: (_, { settlements, link }) =>
          told.push([settlements.map(({ request }) => request.id), link]),
      },
    });
    const connection = ready({ restartLimit: { losses: 1, withinMs: 1 } }, { machine });
    connection.lost();
    connection.invoke(requestOf(1));
    connection.closed();
    connection.advance(100);
    connection.invoke(requestOf(2));
    const cooling = { cooled: "CRASH_LOOP", retryAt: 1_000, fault: { code: "SESSION_LOST" } };
    expect(told).toMatchObject([
      [[1], cooling],
      [[2], cooling],
    ]);
  });

  test("goes on while a probe is ready that has proved nothing", () => {
    const connection = new TestConnection();
    coolingDown(connection);
    connection.advance(1_000);
    connection.becomeReady();
    expect(connection.picture).toMatchObject({ attempt: 4, cooled: "RECONNECT_EXHAUSTED" });
    lose(connection);
    expect(connection.picture).toMatchObject({ waitMs: 1_600, probes: 1 });
    expect(connection.state).toBe("coolingDown");
  });

  test("goes on also when the losses that have cooled it down are long past", () => {
    const connection = ready({ restartLimit: { losses: 1, withinMs: 100 } });
    lose(connection);
    connection.advance(1_000);
    connection.failOpening();
    expect(connection.state).toBe("coolingDown");
    expect(connection.picture).toMatchObject({ cooled: "CRASH_LOOP", waitMs: 1_600, probes: 1 });
  });

  test("is over after a stable time", () => {
    const connection = new TestConnection();
    coolingDown(connection);
    connection.advance(1_000);
    connection.becomeReady();
    connection.advance(9_999);
    expect(connection.picture.cooled).toBe("RECONNECT_EXHAUSTED");
    connection.advance(1);
    expect(connection.picture).toMatchObject({ attempt: 0, cooled: null, probes: 0 });
  });

  test("somebody may ask for a session at once", () => {
    const connection = new TestConnection();
    coolingDown(connection);
    connection.reconnect();
    connection.becomeReady();
    expect(connection.state).toBe("ready.waiting");
    expect(connection.now()).toBe(300);
  });

  test("ends the connection where the host wants no probes, with all calls told", () => {
    const connection = ready({ onExhausted: "terminate" });
    lose(connection);
    connection.invoke(requestOf(1), requestOf(2, { waitForReady: true }));
    for (const waitMs of [0, 100, 200]) {
      connection.advance(waitMs);
      connection.failOpening("SPAWN_FAILED");
    }
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, code: "UNAVAILABLE", outcome: "not_processed" },
      { request: { id: 2 }, code: "UNAVAILABLE", outcome: "not_processed" },
    ]);
    expect(connection.context.end).toMatchObject({
      reason: "exhausted",
      fault: { code: "SPAWN_FAILED" },
    });
    // What tells the callers why.
    expect(connection.context.link.cooled).toBe("RECONNECT_EXHAUSTED");
  });
});

describe("a plugin that crashes whenever it is ready", () => {
  test("is restarted as often as a burst allows, not for ever", () => {
    const connection = ready();
    for (const waitMs of [0, 100, 200]) {
      lose(connection);
      connection.advance(waitMs);
      connection.becomeReady();
    }
    lose(connection);
    expect(connection.state).toBe("coolingDown");
    expect(connection.picture).toMatchObject({ cooled: "RECONNECT_EXHAUSTED", generation: 4 });
  });

  test("and answers a call each time, as often as the restart limit allows", () => {
    const connection = ready();
    for (let loss = 1; loss <= 4; loss += 1) {
      connection.invoke(requestOf(loss));
      connection.answered(loss);
      lose(connection);
      expect(connection.picture).toMatchObject({ waitMs: 0, attempt: 0 });
      connection.advance(1_000);
      connection.becomeReady();
    }
    connection.invoke(requestOf(9));
    connection.answered(9);
    lose(connection);
    expect(connection.picture).toMatchObject({
      cooled: "CRASH_LOOP",
      losses: "0 1000 2000 3000 4000",
      waitMs: 1_000,
    });
  });

  test("now and then is no loop", () => {
    const connection = ready();
    for (let loss = 1; loss <= 20; loss += 1) {
      connection.advance(2_500);
      connection.invoke(requestOf(loss));
      connection.answered(loss);
      lose(connection);
      connection.advance(0);
      connection.becomeReady();
    }
    expect(connection.picture).toMatchObject({ cooled: null, generation: 21 });
    expect(connection.context.link.losses).toHaveLength(4);
  });

  test("is counted also where somebody asks for the next session each time", () => {
    const connection = ready({ restartLimit: { losses: 3, withinMs: 10_000 } });
    for (let loss = 1; loss <= 5; loss += 1) {
      connection.lost();
      connection.reconnect();
      connection.closed();
      expect(connection.state).toBe("spawning");
      connection.becomeReady();
    }
    expect(connection.context.link.losses).toEqual([0, 0, 0]);
    lose(connection);
    expect(connection.picture.cooled).toBe("CRASH_LOOP");
  });
});

describe("a release that never reports its end", () => {
  test("holds the connection up, and is not its end", () => {
    const connection = ready();
    connection.invoke(requestOf(1));
    connection.lost({ ended: [1], unsent: [1] });
    connection.advance(8_999);
    expect(connection.state).toBe("closing");
    connection.forget();
    connection.advance(1);
    expect(connection.takeLog()).toEqual([
      "session 1 released",
      "tell reconnecting 1 after 0, SESSION_LOST",
      "session 2 spawned",
    ]);
    connection.becomeReady();
    expect(connection.takeLog()).toEqual([
      "initialize",
      "fetch config",
      "call 1(2)",
      "tell ready 2",
    ]);
  });
});
