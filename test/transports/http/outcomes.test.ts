import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { initialized, type Treatment } from "../../fixtures/http/steerable-server.ts";
import { hookCall, readyChannel, startServer } from "./harness.ts";

// What a refusal, or the end of a connection, means for a call and for the session.

async function failedBy(treatment: Treatment) {
  const server = await startServer();
  server.on("tools/call", treatment);
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.order).toEqual(["failed"]);
  return log.failures[0]?.error;
}

describe("a status", () => {
  test.each<[number, object]>([
    [301, { code: "REDIRECT_REFUSED", outcome: "not_processed" }],
    [400, { code: "HTTP_STATUS", outcome: "answered" }],
    [401, { code: "UNAUTHORIZED", outcome: "answered" }],
    [403, { code: "UNAUTHORIZED", outcome: "answered" }],
    [405, { code: "HTTP_STATUS", outcome: "answered" }],
    [406, { code: "HTTP_STATUS", outcome: "answered" }],
    [408, { code: "HTTP_STATUS", outcome: "unknown" }],
    [413, { code: "TOO_LARGE", outcome: "answered" }],
    [415, { code: "HTTP_STATUS", outcome: "answered" }],
    [429, { code: "RATE_LIMITED", outcome: "not_processed" }],
    [431, { code: "TOO_LARGE", outcome: "answered" }],
    [500, { code: "HTTP_STATUS", outcome: "unknown" }],
    [502, { code: "HTTP_STATUS", outcome: "unknown" }],
    [503, { code: "HTTP_STATUS", outcome: "unknown" }],
    [504, { code: "HTTP_STATUS", outcome: "unknown" }],
  ])("%i fails this call only", async (status, expected) => {
    const error = await failedBy((request) => request.respond(status, {}, "secret text"));
    expect(error).toMatchObject({ ...expected, status, phase: "invoking", plugin: "Guard" });
    expect(error?.message).not.toContain("secret");
  });

  test("fails the call although its body never ends", async () => {
    const error = await failedBy((request) => void request.head(500).write("on and on"));
    expect(error).toMatchObject({ status: 500 });
  });

  test("503 with a time to wait was not processed", async () => {
    const error = await failedBy((request) => request.respond(503, { "retry-after": "3" }));
    expect(error).toMatchObject({
      code: "RATE_LIMITED",
      outcome: "not_processed",
      retryAfterMs: 3_000,
    });
  });

  test("429 tells how long to wait, also by a date on the server's clock", async () => {
    const error = await failedBy((request) =>
      request.respond(429, {
        date: "Mon, 01 Jan 2001 00:00:00 GMT",
        "retry-after": "Mon, 01 Jan 2001 00:01:30 GMT",
      }),
    );
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 90_000 });
  });

  test("400 that blames something else than the session is an error of the call", async () => {
    const body = '{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"Invalid params"}}';
    expect(await failedBy((request) => request.respond(400, {}, body))).toMatchObject({
      code: "HTTP_STATUS",
      status: 400,
    });
  });
});

describe("a session that the server does not know", () => {
  const gone = { error: { code: "SESSION_LOST" }, ended: [1], unsent: [1], alive: true };

  test("is lost by 404, and the call was not processed", async () => {
    const server = await startServer();
    server.on("tools/call", (request) => request.respond(404));
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    expect(await log.loss()).toMatchObject({ ...gone, error: { status: 404 } });
    expect(log.order).toEqual(["lost"]);
  });

  test.each([
    "Bad Request: Missing session ID",
    "Bad Request: No valid session ID provided",
    '{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}',
    "Bad Request: Server not initialized",
    "Session has expired",
  ])("is lost by 400 that says: %s", async (text) => {
    const server = await startServer();
    server.on("tools/call", (request) => request.respond(400, {}, text));
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    expect(await log.loss()).toMatchObject({ ...gone, error: { status: 400 } });
  });

  test("leaves the other calls in flight to be answered", async () => {
    const server = await startServer();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1), hookCall(2)]);
    const first = await server.seen("tools/call", 0);
    const second = await server.seen("tools/call", 1);
    first.respond(404);
    const loss = await log.loss();
    expect(loss).toMatchObject({ ended: [first.key], unsent: [first.key], alive: true });
    second.json();
    await log.until(({ answers }) => answers.length === 1);
    expect(log.answers[0]?.id).toBe(second.key);
  });

  test("is lost once for calls that learn it together", async () => {
    const server = await startServer();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url);
    const ids = Array.from({ length: 20 }, (_, id) => id);
    channel.call(ids.map((id) => hookCall(id)));
    await server.seen("tools/call", 19);
    for (const request of server.of("tools/call")) request.respond(404);
    await log.until(({ losses }) => losses.flatMap(({ ended }) => ended).length === 20);
    const sorted = log.losses.flatMap(({ unsent }) => unsent).toSorted((a, b) => a - b);
    expect(sorted).toEqual(ids);
    expect(log.losses.length).toBeLessThan(20);
    expect(log.order.every((kind) => kind === "lost")).toBe(true);
  });

  test("does not exist where the server gave no id: 404 is about the call", async () => {
    const server = await startServer();
    server.on("initialize", (request) => request.json(initialized));
    server.on("tools/call", (request) => request.respond(404));
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    await log.until(({ order }) => order.length === 1);
    expect(log.failures).toMatchObject([{ error: { code: "HTTP_STATUS", status: 404 } }]);
  });
});

describe("a connection that ends", () => {
  test.each<[string, "close" | "reset"]>([
    ["orderly", "close"],
    ["by a reset", "reset"],
  ])("%s before the answer loses the session, and the outcome is unknown", async (_, how) => {
    const server = await startServer();
    server.on("tools/call", (request) => request.cut(how));
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    expect(await log.loss()).toMatchObject({
      error: { code: "SESSION_LOST", phase: "invoking" },
      ended: [1],
      unsent: [],
      alive: false,
    });
  });

  test.each<[string, "close" | "reset"]>([
    ["orderly", "close"],
    ["by a reset", "reset"],
  ])("%s within a stream loses the session, and the outcome is unknown", async (_, how) => {
    const server = await startServer();
    server.on("tools/call", (request) => void request.stream().write(": working\n\n"));
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    (await server.seen("tools/call")).cut(how);
    expect(await log.loss()).toMatchObject({
      error: { code: "SESSION_LOST" },
      ended: [1],
      unsent: [],
    });
  });

  test.each([102, 103])("is not what an informational %i is", async (status) => {
    const server = await startServer();
    server.on("tools/call", (request) =>
      request.socket.write(`HTTP/1.1 ${status} Wait\r\n\r\n`, () => request.json()),
    );
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    expect(log.order).toEqual(["answered"]);
  });

  // A limit of undici, which takes it for a fault of the server.
  test("at a 100 that was not asked for loses the session, and the outcome is unknown", async () => {
    const server = await startServer();
    server.on("tools/call", (request) =>
      request.socket.write("HTTP/1.1 100 Continue\r\n\r\n", () => request.json()),
    );
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    expect(await log.loss()).toMatchObject({
      error: { code: "SESSION_LOST" },
      ended: [1],
      unsent: [],
    });
  });

  test("leaves calls on other connections to be answered", async () => {
    const server = await startServer();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1), hookCall(2)]);
    const first = await server.seen("tools/call", 0);
    const second = await server.seen("tools/call", 1);
    first.cut();
    expect(await log.loss()).toMatchObject({ ended: [first.key], unsent: [], alive: true });
    second.json();
    await log.until(({ answers }) => answers.length === 1);
  });

  test("between two calls costs nothing: the next one gets a new connection", async () => {
    const server = await startServer();
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    const ended = [...server.requests].map(({ socket }) => once(socket, "close"));
    for (const { socket } of server.requests) socket.end();
    await Promise.all(ended);
    channel.call([hookCall(2)]);
    await log.until(({ answers }) => answers.length === 2);
    expect(log.losses).toEqual([]);
  });

  test("for good leaves the next call provably unsent", async () => {
    const server = await startServer();
    const { channel, log } = await readyChannel(server.url);
    await server.stop();
    channel.call([hookCall(1), hookCall(2)]);
    await log.until(({ losses }) => losses.flatMap(({ ended }) => ended).length === 2);
    expect(log.losses.flatMap(({ unsent }) => unsent).toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(log.losses.at(-1)).toMatchObject({ alive: false, error: { code: "SESSION_LOST" } });
    expect(log.order.every((kind) => kind === "lost")).toBe(true);
  });

  test("that is refused anew leaves those in flight to be answered", async () => {
    const server = await startServer();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url);
    channel.call([hookCall(1)]);
    const first = await server.seen("tools/call");
    server.stopListening();
    for (const socket of new Set(server.requests.map((request) => request.socket)))
      if (socket !== first.socket) socket.destroy();
    channel.call([hookCall(2)]);
    expect(await log.loss()).toMatchObject({ ended: [2], unsent: [2], alive: true });
    first.json();
    await log.until(({ answers }) => answers.length === 1);
  });

  test("is reported to nobody after it was the last", async () => {
    const server = await startServer();
    const { channel, log } = await readyChannel(server.url);
    await server.stop();
    channel.call([hookCall(1)]);
    await log.loss();
    channel.call([hookCall(2)]);
    channel.cancel([2]);
    await channel.close();
    expect(log.order).toEqual(["lost"]);
  });
});

describe("answers that come together", () => {
  test("are reported together, however many connections they came on", async () => {
    const server = await startServer();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url);
    channel.call([1, 2, 3, 4, 5, 6, 7, 8].map((id) => hookCall(id)));
    await server.seen("tools/call", 7);
    for (const request of server.of("tools/call")) request.json();
    await log.until(({ answers }) => answers.length === 8);
    expect(log.answered_.length).toBeLessThan(8);
  });
});
