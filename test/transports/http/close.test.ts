import { expect, test } from "vitest";
import { event } from "../../fixtures/http/steerable-server.ts";
import { ManualClock } from "../stdio/fake-child.ts";
import { hookCall, openChannel, readyChannel, shakeHands, startServer } from "./harness.ts";

test("aborts what is out, then ends the session, then closes the connections", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1), hookCall(2)]);
  await server.seen("tools/call", 1);
  const closing = channel.close();
  for (const call of server.of("tools/call")) expect(await call.over).toBe(true);
  await closing;
  expect(server.requests.at(-1)?.kind).toBe("DELETE");
  await server.until(({ openConnections }) => openConnections === 0);
  expect(log.order).toEqual([]);
});

test("is one, however often it is asked for", async () => {
  const server = await startServer();
  const { channel } = await readyChannel(server.url);
  const closing = channel.close();
  expect(channel.close()).toBe(closing);
  await closing;
  expect(channel.close()).toBe(closing);
  expect(channel.transport.close()).toBe(closing);
  expect(server.of("DELETE")).toHaveLength(1);
});

test.each([404, 405, 500, 401, 301])(
  "takes the answer %i to the end of a session",
  async (status) => {
    const server = await startServer();
    server.on("DELETE", (request) => request.respond(status));
    const { channel } = await readyChannel(server.url);
    await channel.close();
    expect(server.of("DELETE")).toHaveLength(1);
    await server.until(({ openConnections }) => openConnections === 0);
  },
);

test("waits for the answer to the end of the session no longer than its limit", async () => {
  const server = await startServer();
  server.hold("DELETE");
  const clock = new ManualClock();
  const { channel } = await readyChannel(server.url, { clock, closeMs: 1_500 });
  let isClosed = false;
  const closing = channel.close().then(() => {
    isClosed = true;
  });
  const ending = await server.seen("DELETE");
  await clock.advance(1_499);
  expect(isClosed).toBe(false);
  await clock.advance(1);
  await closing;
  expect(await ending.over).toBe(true);
  expect(clock.pending).toBe(0);
});

test("ends no session that the server has disowned", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => request.respond(404));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.loss();
  await channel.close();
  expect(server.of("DELETE")).toEqual([]);
});

test("ends no session where there is none", async () => {
  const server = await startServer();
  const { channel } = await openChannel(server.url);
  await channel.close();
  expect(server.requests).toEqual([]);
  await server.until(({ openConnections }) => openConnections === 0);
});

test("ends a session whose handshake was still going on", async () => {
  const server = await startServer();
  server.hold("notifications/initialized");
  const open = await openChannel(server.url);
  const shaking = shakeHands(open).catch((error: unknown) => error);
  await server.seen("notifications/initialized");
  await open.channel.close();
  expect(await shaking).toMatchObject({ code: "ABORTED" });
  expect(server.of("DELETE")).toHaveLength(1);
});

test("ends a session that has an id and no answer yet", async () => {
  const server = await startServer();
  server.on("initialize", (request) => void request.stream({ "mcp-session-id": "s-9" }));
  const open = await openChannel(server.url);
  const shaking = shakeHands(open).catch((error: unknown) => error);
  const initialize = await server.seen("initialize");
  while (open.channel.evidence().sessionId === null) await new Promise(setImmediate);
  await open.channel.close();
  expect(await initialize.over).toBe(true);
  expect(await shaking).toBeInstanceOf(Error);
  expect((await server.seen("DELETE")).headers["mcp-session-id"]).toBe("s-9");
});

test("ends the session after a handshake that failed, as the SDK asks for", async () => {
  const server = await startServer();
  server.on("notifications/initialized", (request) => request.respond(500));
  const open = await openChannel(server.url);
  await shakeHands(open).catch(() => {});
  await open.channel.close();
  expect(server.of("DELETE")).toHaveLength(1);
});

test("does not hang on a server that is gone", async () => {
  const server = await startServer();
  const { channel, log } = await readyChannel(server.url);
  await server.stop();
  await channel.close();
  expect(log.order).toEqual([]);
});

test("reports nothing that comes afterwards", async () => {
  const server = await startServer();
  server.hold("tools/call").hold("DELETE");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  const call = await server.seen("tools/call");
  const closing = channel.close();
  channel.cancel([1]);
  channel.call([hookCall(2)]);
  if (!call.socket.destroyed) call.json();
  (await server.seen("DELETE")).respond(200);
  await closing;
  expect(log.order).toEqual([]);
  expect(server.of("tools/call")).toHaveLength(1);
});

test("from within a report stops the rest of it", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  const note = log.answered.bind(log);
  log.answered = (answers) => {
    note(answers);
    void channel.close();
  };
  channel.call([hookCall(1), hookCall(2)]);
  await server.seen("tools/call", 1);
  const [first, second] = server.of("tools/call");
  first?.json();
  second?.respond(500);
  await log.until(({ answers }) => answers.length === 1);
  await channel.close();
  expect(log.order).toEqual(["answered"]);
});

test("kill closes all connections at once, without a word", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  const call = await server.seen("tools/call");
  channel.kill();
  expect(await call.over).toBe(true);
  await channel.close();
  await server.until(({ openConnections }) => openConnections === 0);
  expect(log.order).toEqual([]);
  expect(server.of("DELETE")).toEqual([]);
});

test("leaves no timer behind, also where a stream was left to its own", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => void request.stream().write(event(request.answerText())));
  const clock = new ManualClock();
  const { channel, log } = await readyChannel(server.url, { clock });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  expect(clock.pending).toBe(1);
  await channel.close();
  expect(clock.pending).toBe(0);
  expect(await (await server.seen("tools/call")).over).toBe(true);
});

test("a stream that was left to its own has a second or two", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => void request.stream().write(event(request.answerText())));
  const clock = new ManualClock();
  const { channel, log } = await readyChannel(server.url, { clock });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  const call = await server.seen("tools/call");
  let isOver = false;
  void call.over.then(() => {
    isOver = true;
  });
  await clock.advance(1_000);
  expect(isOver).toBe(false);
  await clock.advance(1_000);
  expect(await call.over).toBe(true);
  expect(clock.pending).toBe(0);
});
