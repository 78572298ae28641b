import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../machines/index.ts";
import { requestOf } from "./support/fixtures.ts";
import { TestConnection } from "./support/test-connection.ts";

function ready(settings: Partial<ConnectionSettings> = {}): TestConnection {
  const connection = new TestConnection(settings);
  connection.start();
  connection.becomeReady();
  connection.forget();
  return connection;
}

/** The lost session is released, and the next one ready. */
function recover(connection: TestConnection): void {
  connection.closed();
  connection.advance(connection.context.link.waitMs);
  connection.becomeReady();
}

const ids = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const requests = (from: number, to: number) => ids(from, to).map((id) => requestOf(id));

const sent = (connection: TestConnection): string[] =>
  connection.takeLog().filter((line) => line.startsWith("call "));

describe("20 calls in flight, 10 waiting, and the server has forgotten the session", () => {
  const inAnyOrder = [7, 3, 20, 1, 12, 5, 18, 2, 9, 15, 4, 11, 19, 6, 17, 8, 14, 10, 16, 13];

  function forgotten(): TestConnection {
    const connection = ready({ maxInFlight: 20 });
    connection.invoke(...requests(1, 30));
    connection.forget();
    return connection;
  }

  test("all are told of it one by one: one reconnect, and everything is sent again in order", () => {
    const connection = forgotten();
    for (const id of inAnyOrder) connection.lost({ ended: [id], unsent: [id], alive: true });
    recover(connection);
    expect(connection.takeLog()).toEqual([
      "close",
      "session 1 released",
      "tell reconnecting 1 after 0, SESSION_LOST",
      "session 2 spawned",
      "initialize",
      "fetch config",
      `call ${ids(1, 20)
        .map((id) => `${id}(2)`)
        .join(" ")}`,
      "tell ready 2",
    ]);
    connection.answered(...ids(1, 20));
    connection.answered(...ids(21, 30));
    expect(connection.settlements.map(({ request }) => request.id)).toEqual(ids(1, 30));
    expect(connection.settlements.every(({ status }) => status === "answered")).toBe(true);
  });

  test("those which are not told in 1 s are given up, with an outcome that nobody knows", () => {
    const connection = forgotten();
    connection.lost({ ended: [7], unsent: [7], alive: true });
    connection.answered(1, 2);
    connection.advance(999);
    expect(connection.state).toBe("ready.draining");
    connection.advance(1);
    expect(connection.state).toBe("closing");
    const failed = connection.settlements.filter(({ status }) => status === "failed");
    expect(failed).toHaveLength(17);
    for (const settlement of failed) {
      expect(settlement).toMatchObject({ code: "SESSION_LOST", outcome: "unknown", sends: 1 });
    }
    connection.forget();
    recover(connection);
    expect(sent(connection)).toEqual([`call 7(2) ${ids(21, 30).join(" ")}`]);
  });

  test("the next session is forgotten as well: nothing is sent a third time", () => {
    const connection = forgotten();
    connection.lost({ ended: ids(1, 20), unsent: ids(1, 20), alive: true });
    recover(connection);
    connection.forget();
    connection.lost({ ended: ids(1, 20), unsent: ids(1, 20), alive: true });
    expect(connection.settlements).toHaveLength(20);
    for (const settlement of connection.settlements) {
      expect(settlement).toMatchObject({
        code: "SESSION_LOST",
        outcome: "not_processed",
        sends: 2,
      });
    }
    recover(connection);
    expect(sent(connection)).toEqual([`call ${ids(21, 30).join(" ")}`]);
  });
});

describe("what is sent again", () => {
  const lost = { ended: [1, 2], unsent: [1] };

  test.each([
    { replay: "provable", again: ["call 1(2) 3"], settled: [[2, "unknown"]] },
    { replay: "once", again: ["call 1(2) 2(2)"], settled: [] },
    {
      replay: "never",
      again: ["call 3"],
      settled: [
        [1, "not_processed"],
        [2, "unknown"],
      ],
    },
  ] as const)("by the policy $replay", ({ replay, again, settled }) => {
    const connection = ready({ maxInFlight: 2, replay });
    connection.invoke(...requests(1, 3));
    connection.lost(lost);
    expect(
      connection.settlements.map((end) => [
        end.request.id,
        end.status === "failed" ? end.outcome : end.status,
      ]),
    ).toEqual(settled);
    connection.forget();
    recover(connection);
    expect(sent(connection)).toEqual(again);
  });

  test("an answer to a second send says whether the first one may have been processed", () => {
    const connection = ready({ maxInFlight: 2, replay: "once" });
    connection.invoke(requestOf(1), requestOf(2));
    connection.lost({ ended: [1, 2], unsent: [2] });
    recover(connection);
    connection.answered(1, 2);
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, status: "answered", ambiguous: true },
      { request: { id: 2 }, status: "answered", ambiguous: false },
    ]);
  });

  test("stays a call of which nobody can say, whatever becomes of it", () => {
    const connection = ready({ replay: "once" });
    connection.invoke(requestOf(1));
    connection.lost({ ended: [1], unsent: [] });
    connection.cancel(1);
    expect(connection.settlements).toMatchObject([
      { code: "ABORTED", outcome: "unknown", sends: 1 },
    ]);
  });

  test("is not sent after its deadline", () => {
    const connection = ready();
    connection.invoke(requestOf(1, { deadline: 40 }));
    connection.advance(40);
    connection.lost({ ended: [1], unsent: [1] });
    expect(connection.settlements).toMatchObject([
      { code: "SESSION_LOST", outcome: "not_processed" },
    ]);
  });
});

test("a plugin that has answered one of two calls is still at work on the other", () => {
  const connection = ready({ maxInFlight: 2 });
  connection.invoke(...requests(1, 2));
  connection.answered(1);
  expect(connection.state).toBe("ready.invoking");
  connection.stop();
  expect(connection.settlements).toMatchObject([
    { request: { id: 1 }, status: "answered" },
    { request: { id: 2 }, code: "STOPPED", outcome: "unknown" },
  ]);
});

describe("an invocation that does not say when it is", () => {
  test("is as old as its first request", () => {
    const connection = ready();
    connection.invoke(requestOf(9));
    const given = [requestOf(1, { createdAt: 700 }), requestOf(2, { createdAt: 900 })];
    connection.send({ type: "hook.invoke", requests: given });
    connection.send({ type: "hooks.expired", ids: [1], at: 1_000 });
    expect(connection.settlements).toMatchObject([{ request: { id: 1 }, waitedMs: 300 }]);
    expect(connection.picture.activeAt).toBe(700);
  });

  test("may be of no requests at all", () => {
    const connection = ready();
    connection.send({ type: "hook.invoke", requests: [] });
    expect([connection.state, connection.takeLog()]).toEqual(["ready.waiting", []]);
    expect(connection.crashes).toEqual([]);
  });
});

describe("a call whose caller has gone", () => {
  test("keeps its slot until its answer comes", () => {
    const connection = ready();
    connection.invoke(...requests(1, 2));
    connection.cancel(1);
    expect(connection.takeLog()).toEqual([
      "call 1",
      "watch abandoned 1",
      "settle 1 ABORTED unknown",
      "cancel 1",
    ]);
    connection.advance(4_000);
    connection.answered(1);
    expect(connection.takeLog()).toEqual(["call 2"]);
  });

  test("costs the session when it keeps it too long, and only then", () => {
    const connection = ready({ maxInFlight: 2 });
    connection.invoke(...requests(1, 3));
    connection.expire(1);
    connection.advance(5_000);
    connection.overdue(1);
    expect(connection.state).toBe("closing");
    expect(connection.context.link.fault).toEqual({
      code: "SESSION_LOST",
      phase: "invoking",
      fatal: false,
      detail: "unresponsive",
    });
    connection.forget();
    recover(connection);
    expect(sent(connection)).toEqual(["call 3"]);
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, code: "DEADLINE_EXCEEDED", outcome: "unknown" },
      { request: { id: 2 }, code: "SESSION_LOST", outcome: "unknown" },
    ]);
  });

  test("is not missed when its answer came in time", () => {
    const connection = ready();
    connection.invoke(...requests(1, 2));
    connection.cancel(1);
    connection.answered(1);
    connection.overdue(1);
    expect(connection.state).toBe("ready.invoking");
  });
});

describe("any number of calls whose callers go at once", () => {
  /** As `requestOf`, and counts how often anybody asks for the id. */
  function counted(id: number, counts: { reads: number }) {
    return Object.defineProperty({ ...requestOf(id) }, "id", {
      get: () => {
        counts.reads += 1;
        return id;
      },
    });
  }

  test.each([
    ["in flight", { maxInFlight: 2_000 }],
    ["waiting", { maxInFlight: 1, maxQueue: 2_000 }],
  ])("are given up in linear time: %s", (_, settings) => {
    const counts = { reads: 0 };
    const connection = ready(settings);
    connection.invoke(...ids(1, 2_000).map((id) => counted(id, counts)));
    counts.reads = 0;
    connection.cancel(...ids(1, 2_000));
    expect(connection.settlements).toHaveLength(2_000);
    expect(counts.reads).toBeLessThan(30 * 2_000);
  });

  test("are settled once each, in the order in which they are named", () => {
    const connection = ready({ maxInFlight: 2 });
    connection.invoke(...requests(1, 4));
    connection.cancel(4, 2, 4, 1, 2, 9);
    expect(
      connection.settlements.map(({ request, ...rest }) => ({ id: request.id, ...rest })),
    ).toMatchObject([
      { id: 4, code: "ABORTED", outcome: "not_processed" },
      { id: 2, code: "ABORTED", outcome: "unknown" },
      { id: 1, code: "ABORTED", outcome: "unknown" },
    ]);
  });
});

describe("the queue", () => {
  test("keeps its order whoever leaves it", () => {
    const connection = ready();
    connection.invoke(...requests(1, 10));
    connection.cancel(2, 5);
    connection.expire(9);
    connection.cancel(10);
    for (const id of [1, 3, 4, 6, 7, 8]) connection.answered(id);
    expect(sent(connection)).toEqual(["call 1", "call 3", "call 4", "call 6", "call 7", "call 8"]);
    expect(connection.state).toBe("ready.waiting");
  });

  test("gives no more calls than there are slots free, while others are still out", () => {
    const connection = ready({ maxInFlight: 3 });
    connection.invoke(...requests(1, 8));
    connection.answered(2);
    expect(connection.picture).toMatchObject({ out: "1 3 4", queue: "5 6 7 8" });
    connection.answered(1, 4);
    expect(connection.picture).toMatchObject({ out: "3 5 6", queue: "7 8" });
  });

  test("takes so many calls and no more, and tells the others at once", () => {
    const connection = ready({ maxQueue: 2 });
    connection.invoke(...requests(1, 5));
    expect(connection.settlements).toMatchObject([
      { request: { id: 4 }, code: "QUEUE_FULL", outcome: "not_processed" },
      { request: { id: 5 }, code: "QUEUE_FULL", outcome: "not_processed" },
    ]);
    connection.answered(1);
    connection.invoke(requestOf(6));
    expect(connection.picture).toMatchObject({ out: "2", queue: "3 6" });
  });

  test("takes so many bytes and no more, but a smaller call may still find room", () => {
    const connection = ready({ maxQueueBytes: 100 });
    const sized = (id: number, bytes: number) => requestOf(id, { bytes });
    // The first one is sent, and does not wait.
    connection.invoke(sized(1, 1_000), sized(2, 60), sized(3, 41), sized(4, 40), sized(5, 1));
    expect(connection.settlements.map(({ request }) => request.id)).toEqual([3, 5]);
    expect(connection.picture).toMatchObject({ out: "1", queue: "2 4", queueBytes: 100 });
    connection.answered(1);
    expect(connection.picture).toMatchObject({ out: "2", queue: "4", queueBytes: 40 });
  });

  test("may be longer by what is sent again, and takes nothing until it is not", () => {
    const connection = ready({ maxInFlight: 2, maxQueue: 2 });
    connection.invoke(...requests(1, 4));
    connection.lost({ ended: [1, 2], unsent: [1, 2] });
    connection.invoke(requestOf(5));
    expect(connection.picture.queue).toBe("1 2 3 4");
    expect(connection.settlements).toMatchObject([{ request: { id: 5 }, code: "QUEUE_FULL" }]);
  });

  test("says how long a call has waited, and behind how many", () => {
    const connection = ready();
    connection.advance(100);
    connection.invoke(...requests(1, 4));
    connection.advance(29_800);
    connection.expire(4);
    expect(connection.settlements).toMatchObject([
      { code: "DEADLINE_EXCEEDED", outcome: "not_processed", waitedMs: 29_800, ahead: 3, sends: 0 },
    ]);
  });

  test("every admitted call's deadline is watched, once, and nobody else's", () => {
    const connection = ready({ maxQueue: 1 });
    connection.invoke(...requests(1, 3), requestOf(1), requestOf(4, { deadline: 0 }));
    connection.lost({ ended: [1], unsent: [1] });
    recover(connection);
    expect(connection.watched.map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("deadlines", () => {
  test("run in the queue, while the plugin is away, and in flight", () => {
    const connection = ready();
    connection.invoke(...requests(1, 2));
    connection.expire(2);
    connection.expire(1);
    connection.lost();
    connection.invoke(requestOf(3));
    connection.expire(3);
    connection.closed();
    connection.invoke(requestOf(4));
    connection.expire(4);
    expect(connection.settlements).toMatchObject([
      { request: { id: 2 }, code: "DEADLINE_EXCEEDED", outcome: "not_processed" },
      { request: { id: 1 }, code: "DEADLINE_EXCEEDED", outcome: "unknown" },
      { request: { id: 3 }, code: "DEADLINE_EXCEEDED", outcome: "not_processed" },
      { request: { id: 4 }, code: "DEADLINE_EXCEEDED", outcome: "not_processed" },
    ]);
  });

  test("that have passed in a host that slept are seen before the call is sent", () => {
    const connection = ready();
    connection.invoke(requestOf(1), requestOf(2, { deadline: 5_000 }), requestOf(3));
    connection.advance(3_600_000 / 10);
    connection.answered(1);
    expect(connection.takeLog()).toEqual([
      "call 1",
      "settle 1 answered",
      "settle 2 DEADLINE_EXCEEDED not_processed",
      "call 3",
    ]);
  });

  test("of patient calls run while the connection cools down", () => {
    const connection = ready({ restartLimit: { losses: 1, withinMs: 1 } });
    connection.lost();
    connection.closed();
    connection.invoke(requestOf(1, { waitForReady: true }));
    connection.expire(1);
    expect(connection.settlements).toMatchObject([
      { code: "DEADLINE_EXCEEDED", outcome: "not_processed" },
    ]);
    expect(connection.state).toBe("coolingDown");
  });
});

describe("a server that lists other hooks after a reconnect", () => {
  const guard = (id: number) => requestOf(id, { hookType: "guard" });
  const mask = (id: number) => requestOf(id, { hookType: "mask" });

  test("gets no calls of what it has withdrawn, until it lists it again", () => {
    const connection = new TestConnection();
    connection.start();
    connection.becomeReady("guard", "mask");
    connection.reconnect();
    connection.invoke(guard(1), mask(2), guard(3));
    connection.closed();
    connection.forget();
    connection.becomeReady("mask");
    connection.invoke(guard(4), mask(5));
    expect(connection.takeLog()).toEqual([
      "initialize",
      "fetch config",
      "settle 1 HOOK_UNKNOWN not_processed",
      "settle 3 HOOK_UNKNOWN not_processed",
      "call 2",
      "tell ready 2",
      "settle 4 HOOK_UNKNOWN not_processed",
    ]);
    connection.reconnect();
    connection.answered(2);
    connection.closed();
    connection.becomeReady("guard", "mask");
    connection.invoke(guard(6));
    expect(connection.picture).toMatchObject({ withdrawn: "", out: "5", queue: "6" });
  });

  test("decides itself on hooks that it has not listed at first", () => {
    const connection = new TestConnection();
    connection.start();
    connection.becomeReady("guard");
    for (const hooks of [["guard", "mask"], ["guard"]]) {
      connection.reconnect();
      connection.closed();
      connection.becomeReady(...hooks);
    }
    connection.invoke(mask(1));
    expect(connection.picture).toMatchObject({ known: "guard", withdrawn: "", out: "1" });
  });
});

describe("a request whose fields are no numbers", () => {
  const broken = (id: number, fields: object) => ({ ...requestOf(id), ...fields });

  test.each([
    ["deadline", Number.NaN],
    ["deadline", undefined],
    ["bytes", Number.NaN],
    ["bytes", undefined],
  ])("is refused for its %s %s, and no later call is held up by it", (field, value) => {
    const connection = ready();
    connection.invoke(requestOf(1), broken(2, { [field]: value }));
    connection.answered(1);
    connection.invoke(broken(3, { deadline: value }));
    expect(connection.state).toBe("ready.waiting");
    connection.invoke(requestOf(4));
    connection.answered(4);
    expect(connection.context.traffic.queue).toMatchObject({ size: 0, bytes: 0 });
    const answered = connection.settlements.filter(({ status }) => status === "answered");
    expect(answered.map(({ request }) => request.id)).toEqual([1, 4]);
    expect(connection.settlements).toHaveLength(4);
  });

  test("is refused also while it would have to wait, and not kept over the opening", () => {
    const connection = new TestConnection();
    connection.start();
    connection.invoke(broken(1, { deadline: Number.NaN }), requestOf(2));
    connection.becomeReady();
    connection.answered(2);
    expect(connection.state).toBe("ready.waiting");
    expect(connection.settlements).toMatchObject([
      { request: { id: 1 }, code: "DEADLINE_EXCEEDED", outcome: "not_processed" },
      { request: { id: 2 }, status: "answered" },
    ]);
  });
});
