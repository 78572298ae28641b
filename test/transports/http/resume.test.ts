import { expect, test } from "vitest";
import { type Clock, realClock } from "../../../src/clock.ts";
import { event, type SeenRequest } from "../../fixtures/http/steerable-server.ts";
import { hookCall, readyChannel, startServer } from "./harness.ts";

/** Begins the stream of an answer with a named event that says nothing, and ends it. */
function interrupt(request: SeenRequest, id: string, retry = "20"): void {
  request.stream().end(`id: ${id}\nretry: ${retry}\ndata: \n\n`);
}

test("the rest of an interrupted stream is asked for, behind the last event that came", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, "event-1"));
  server.hold("GET");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  const question = await server.seen("GET");
  expect(question.headers).toMatchObject({
    accept: "text/event-stream",
    "last-event-id": "event-1",
    "mcp-session-id": "session-1",
    "mcp-protocol-version": "2025-11-25",
  });
  expect(question.headers).not.toHaveProperty("content-type");
  const [call] = server.of("tools/call");
  question.stream().end(event(call?.answerText() ?? ""));
  await log.until(({ answers }) => answers.length === 1);
  expect(log.answers).toEqual([{ id: 1, body: { result: { key: 1 } } }]);
  expect(server.of("tools/call")).toHaveLength(1);
});

/** A clock that does not wait so long, and notes how long it should have. */
function hastyClock(times: readonly number[]) {
  const waits: number[] = [];
  const clock: Clock = {
    ...realClock,
    setTimeout: (listener, ms) => {
      if (!times.includes(ms)) return realClock.setTimeout(listener, ms);
      waits.push(ms);
      return realClock.setTimeout(listener, 0);
    },
  };
  return { clock, waits };
}

test("again and again, each time behind the latest event, after the time that the server says", async () => {
  const { clock, waits } = hastyClock([700, 1_234, 900, 10]);
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, "a", "700"));
  server.on(
    "GET",
    (request) => interrupt(request, "b", "1234"),
    (request) =>
      request.stream().response.write("id: c\nretry: 900\ndata: \n\n", () => request.cut("close")),
    (request) => interrupt(request, "d", "0"),
    (request) => request.stream().end(event(server.of("tools/call")[0]?.answerText() ?? "")),
  );
  const { channel, log } = await readyChannel(server.url, { clock });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  const asked = server.of("GET").map(({ headers }) => headers["last-event-id"]);
  expect(asked).toEqual(["a", "b", "c", "d"]);
  expect(waits).toEqual([700, 1_234, 900, 10]);
});

test("after a second, where the server says nothing", async () => {
  const held: (() => void)[] = [];
  const clock: Clock = {
    ...realClock,
    setTimeout: (listener, ms) =>
      ms === 1_000 ? held.push(listener) : realClock.setTimeout(listener, ms),
  };
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, "event-1", "soon"));
  server.hold("GET");
  const { channel } = await readyChannel(server.url, { clock });
  held.length = 0;
  channel.call([hookCall(1)]);
  await (await server.seen("tools/call")).over;
  while (held.length === 0) await new Promise(setImmediate);
  expect(server.of("GET")).toEqual([]);
  for (const listener of held) listener();
  await server.seen("GET");
});

test.each([
  ["404", (request: SeenRequest) => request.respond(404)],
  ["405", (request: SeenRequest) => request.respond(405)],
  ["a JSON document", (request: SeenRequest) => request.json({ result: {} })],
  ["a stream that ends", (request: SeenRequest) => request.stream().end("data: \n\n")],
])("%s instead of the rest fails the call, which may have run", async (_, treatment) => {
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, "event-1"));
  server.on("GET", treatment);
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([
    { id: 1, error: { code: "INVALID_RESPONSE", outcome: "unknown" } },
  ]);
  expect(log.losses).toEqual([]);
});

test("a server that is gone when the rest is asked for: the call may have run", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => {
    interrupt(request, "event-1");
    void server.stop();
  });
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  expect(await log.loss()).toMatchObject({ ended: [1], unsent: [] });
});

test("who gives the call up in the meantime asks for nothing, and leaves no timer", async () => {
  const timers = new Set<unknown>();
  const clock = {
    ...realClock,
    setTimeout: (listener: () => void, ms: number) => {
      const handle = realClock.setTimeout(() => {
        timers.delete(handle);
        listener();
      }, ms);
      timers.add(handle);
      return handle;
    },
    clearTimeout: (handle: unknown) => {
      timers.delete(handle);
      realClock.clearTimeout(handle);
    },
  };
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, "event-1", "60000"));
  const { channel, log } = await readyChannel(server.url, { clock });
  channel.call([hookCall(1)]);
  const call = await server.seen("tools/call");
  await call.over;
  while (timers.size === 0) await new Promise(setImmediate);
  channel.cancel([1]);
  expect(log.failures).toMatchObject([{ error: { code: "ABORTED", outcome: "unknown" } }]);
  // That the call was cancelled is told all the same.
  await server.seen("notifications/cancelled");
  await channel.close();
  expect(timers.size).toBe(0);
  expect(server.of("GET")).toEqual([]);
});

test.each([
  ["that cannot be in a header", "\u0007"],
  ["that is empty", ""],
  ["without measure", "x".repeat(1_025)],
])("an event's name %s is of no use", async (_, id) => {
  const server = await startServer();
  server.on("tools/call", (request) => interrupt(request, id));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([{ error: { code: "INVALID_RESPONSE", outcome: "unknown" } }]);
  expect(server.of("GET")).toEqual([]);
});
