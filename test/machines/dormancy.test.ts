import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../machines/index.ts";
import { requestOf } from "./support/fixtures.ts";
import { TestConnection } from "./support/test-connection.ts";

const idleTimeoutMs = 60_000;

function ready(settings: Partial<ConnectionSettings> = {}): TestConnection {
  const connection = new TestConnection({ idleTimeoutMs, ...settings });
  connection.start();
  connection.becomeReady();
  return connection;
}

/** The host keeps the time that it was last told. */
function idleTimer(connection: TestConnection): number {
  const times = connection
    .takeLog()
    .flatMap((line) => line.match(/^watch idleness (\d+)$/)?.[1] ?? []);
  return Number(times.at(-1));
}

describe("a plugin that nobody calls", () => {
  test("is let go after the time, counted from the last call", () => {
    const connection = ready();
    expect(idleTimer(connection)).toBe(60_000);
    connection.advance(50_000);
    connection.invoke(requestOf(1));
    connection.advance(5_000);
    connection.answered(1);
    connection.advance(5_000);
    connection.idled();
    expect(connection.state).toBe("ready.waiting");
    expect(idleTimer(connection)).toBe(55_000);
    connection.advance(55_000);
    connection.idled();
    connection.closed();
    expect(connection.state).toBe("dormant");
    expect(connection.sessions.every(({ isReleased }) => isReleased)).toBe(true);
    expect(connection.clock.pending).toBe(0);
  });

  test("is not let go while a call is out, however long", () => {
    const connection = ready();
    connection.invoke(requestOf(1));
    connection.advance(1_000_000);
    connection.forget();
    connection.idled();
    expect(connection.state).toBe("ready.invoking");
    expect(idleTimer(connection)).toBe(60_000);
  });

  test("is there again for the next call, which has lost nothing but time", () => {
    const connection = ready();
    connection.advance(60_000);
    connection.idled();
    connection.closed();
    connection.invoke(requestOf(1));
    expect(connection.state).toBe("spawning");
    connection.becomeReady();
    connection.answered(1);
    expect(connection.settlements).toMatchObject([{ request: { id: 1 }, status: "answered" }]);
    expect(connection.picture.generation).toBe(2);
  });

  test("is there again also for a call that comes while it is being let go", () => {
    const connection = ready();
    connection.advance(60_000);
    connection.idled();
    connection.invoke(requestOf(1));
    connection.closed();
    expect(connection.state).toBe("spawning");
  });

  test("and cannot be woken is looked for as after any loss", () => {
    const connection = ready();
    connection.advance(60_000);
    connection.idled();
    connection.closed();
    connection.invoke(requestOf(1));
    connection.failOpening();
    expect(connection.state).toBe("reconnecting");
    expect(connection.picture).toMatchObject({ attempt: 1, waitMs: 100, queue: "1" });
  });
});

describe("a lazy connection", () => {
  test("is started by its first call", () => {
    const connection = new TestConnection({ lazy: true });
    expect(connection.sessions).toEqual([]);
    connection.invoke(requestOf(1));
    connection.becomeReady();
    connection.answered(1);
    expect(connection.settlements).toMatchObject([{ request: { id: 1 }, status: "answered" }]);
  });

  test("whose start fails tells the call, and ends", () => {
    const connection = new TestConnection({ lazy: true });
    connection.invoke(requestOf(1));
    connection.failOpening("SPAWN_FAILED");
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, code: "UNAVAILABLE", outcome: "not_processed" },
    ]);
    expect(connection.context.end?.reason).toBe("startFailed");
  });
});
