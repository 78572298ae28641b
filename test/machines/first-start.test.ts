import { describe, expect, test } from "vitest";
import { faultOf, overHttp, requestOf } from "./support/fixtures.ts";
import { TestConnection } from "./support/test-connection.ts";

describe("over stdio", () => {
  test("one attempt, all calls of the meantime in their order", () => {
    const connection = new TestConnection({ maxInFlight: 2 });
    connection.start();
    connection.invoke(requestOf(1));
    connection.opened();
    connection.invoke(requestOf(2), requestOf(3));
    connection.initialized();
    connection.configured();
    connection.answered(2, 1);
    connection.answered(3);
    expect(connection.takeLog()).toEqual([
      "session 1 spawned",
      "initialize",
      "fetch config",
      "call 1 2",
      "tell ready 1",
      "settle 1 answered",
      "settle 2 answered",
      "call 3",
      "settle 3 answered",
    ]);
    expect(connection.state).toBe("ready.waiting");
  });

  test("whoever inspects the connection finds its parts by their names", () => {
    const connection = new TestConnection();
    connection.start();
    const { machine, children } = connection.actor.getSnapshot();
    expect(machine.id).toBe("pluginConnection");
    expect(Object.keys(children).sort()).toEqual(["keeper", "session"]);
  });

  test("a failure is the end, and says why", () => {
    const connection = new TestConnection();
    connection.start();
    connection.invoke(requestOf(1), requestOf(2, { waitForReady: true }));
    connection.failOpening("SPAWN_FAILED");
    expect(connection.takeLog()).toEqual([
      "session 1 spawned",
      "close",
      "settle 1 UNAVAILABLE not_processed",
      "settle 2 UNAVAILABLE not_processed",
      "session 1 released",
      "tell terminated startFailed, SPAWN_FAILED",
    ]);
    expect(connection.actor.getSnapshot().output).toEqual({
      reason: "startFailed",
      fault: faultOf("SPAWN_FAILED", { phase: "spawning" }),
    });
    expect(connection.keepers).toBe(0);
    expect(connection.clock.pending).toBe(0);
  });

  test.each([
    { phase: "spawning", code: "SPAWN_FAILED", afterMs: 10_000, reach: () => {} },
    {
      phase: "initializing",
      code: "INITIALIZE_FAILED",
      afterMs: 30_000,
      reach: (connection: TestConnection) => connection.opened(),
    },
    {
      phase: "fetchingConfig",
      code: "CONFIG_FETCH_FAILED",
      afterMs: 12_000,
      reach: (connection: TestConnection) => {
        connection.opened();
        connection.initialized();
      },
    },
  ])("a process that is silent in $phase fails with $code", ({ phase, code, afterMs, reach }) => {
    const connection = new TestConnection();
    connection.start();
    reach(connection);
    expect(connection.state).toBe(phase);
    connection.advance(afterMs);
    connection.closed();
    expect(connection.actor.getSnapshot().output).toEqual({
      reason: "startFailed",
      fault: { code, phase, fatal: false, detail: null },
    });
  });
});

describe("over http", () => {
  function failingStart(): TestConnection {
    const connection = new TestConnection(overHttp);
    connection.start();
    connection.invoke(requestOf(1));
    connection.failOpening("CONNECT_FAILED");
    return connection;
  }

  test("three attempts, 1 s and 2 s apart, and then the end", () => {
    const connection = failingStart();
    connection.advance(999);
    expect(connection.state).toBe("reconnecting");
    connection.advance(1);
    expect(connection.state).toBe("connecting");
    connection.failOpening("CONNECT_FAILED");
    connection.advance(2_000);
    connection.failOpening("CONNECT_FAILED");
    expect(connection.takeLog()).toEqual([
      "session 1 spawned",
      "close",
      "session 1 released",
      "tell reconnecting 2 after 1000, CONNECT_FAILED",
      "session 2 spawned",
      "close",
      "session 2 released",
      "tell reconnecting 3 after 2000, CONNECT_FAILED",
      "session 3 spawned",
      "close",
      "settle 1 UNAVAILABLE not_processed",
      "session 3 released",
      "tell terminated startFailed, CONNECT_FAILED",
    ]);
  });

  test("a server that is silent while connecting fails with CONNECT_FAILED", () => {
    const connection = new TestConnection({ ...overHttp, startAttempts: 1 });
    connection.start();
    connection.advance(10_000);
    connection.closed();
    expect(connection.context.end?.fault).toEqual({
      code: "CONNECT_FAILED",
      phase: "connecting",
      fatal: false,
      detail: null,
    });
  });

  test("a later attempt that succeeds has lost nothing, and its attempts do not count any more", () => {
    const connection = failingStart();
    connection.advance(1_000);
    connection.becomeReady();
    connection.answered(1);
    expect(connection.settlements).toMatchObject([{ request: { id: 1 }, status: "answered" }]);
    expect(connection.picture).toMatchObject({ generation: 2, attempt: 0, losses: "" });
  });

  test("what cannot get better is not tried again", () => {
    const connection = new TestConnection(overHttp);
    connection.start();
    connection.lost({ fault: faultOf("UNAUTHORIZED", { fatal: true }) });
    connection.closed();
    expect(connection.state).toBe("terminated");
    expect(connection.context.end?.fault?.code).toBe("UNAUTHORIZED");
  });

  test("a fatal failure after one that was not is the end as well", () => {
    const connection = failingStart();
    connection.advance(1_000);
    connection.lost({ fault: faultOf("TLS_FAILED", { fatal: true }) });
    connection.closed();
    expect(connection.context.end).toMatchObject({
      reason: "startFailed",
      fault: { code: "TLS_FAILED" },
    });
  });
});
