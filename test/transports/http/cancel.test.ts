import { expect, test } from "vitest";
import { event } from "../../fixtures/http/steerable-server.ts";
import { hookCall, readyChannel, startServer } from "./harness.ts";

test("a call that is cancelled is aborted: the server sees the end of the connection, and is told", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  const call = await server.seen("tools/call");
  channel.cancel([1]);
  expect(log.failures).toMatchObject([
    { id: 1, error: { code: "ABORTED", outcome: "unknown", phase: "invoking" } },
  ]);
  expect(await call.over).toBe(true);
  const notice = await server.seen("notifications/cancelled");
  expect(notice.message).toEqual({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: call.message.id, reason: "cancelled by the host" },
  });
  expect(notice.headers["mcp-session-id"]).toBe("session-1");
});

test("the other calls go on, and their answers still come", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1), hookCall(2), hookCall(3)]);
  await server.seen("tools/call", 2);
  channel.cancel([2]);
  await log.until(({ failures }) => failures.length === 1);
  for (const request of server.of("tools/call")) if (request.key !== 2) request.json();
  await log.until(({ answers }) => answers.length === 2);
  expect(log.failures.map(({ id }) => id)).toEqual([2]);
  expect(log.losses).toEqual([]);
});

test("a call that has not left yet was not processed, and never leaves", async () => {
  const server = await startServer();
  const { channel, log } = await readyChannel(server.url);
  // The second and the third need connections of their own, which take a moment.
  channel.call([hookCall(1), hookCall(2), hookCall(3)]);
  channel.cancel([2, 3]);
  expect(log.failures).toEqual([]);
  await log.until(({ order }) => order.length === 2);
  expect(log.failures).toMatchObject([
    { id: 2, error: { code: "ABORTED", outcome: "not_processed" } },
    { id: 3, error: { code: "ABORTED", outcome: "not_processed" } },
  ]);
  channel.call([hookCall(4)]);
  await log.until(({ answers }) => answers.length === 2);
  expect(server.of("tools/call").map(({ key }) => key)).toEqual([1, 4]);
  expect(server.of("notifications/cancelled")).toEqual([]);
});

test("a call within its stream of events is aborted, too", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => void request.stream().write(": working\n\n"));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  const call = await server.seen("tools/call");
  channel.cancel([1]);
  expect(await call.over).toBe(true);
  call.write(event(call.answerText()));
  expect(log.order).toEqual(["failed"]);
});

test("cancelling what is not out, or twice, does nothing", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url);
  channel.cancel([7]);
  channel.call([hookCall(1)]);
  await server.seen("tools/call");
  channel.cancel([1, 1]);
  channel.cancel([1]);
  expect(log.order).toEqual(["failed"]);
  expect(log.failures).toHaveLength(1);
});

test("a server that does not even take notices gets no more than a few at a time", async () => {
  const server = await startServer();
  server.hold("tools/call").hold("notifications/cancelled");
  const { channel, log } = await readyChannel(server.url);
  const ids = Array.from({ length: 40 }, (_, id) => id);
  channel.call(ids.map((id) => hookCall(id)));
  await server.seen("tools/call", 39);
  channel.cancel(ids);
  expect(log.failures).toHaveLength(40);
  await server.seen("notifications/cancelled", 15);
  server.on("tools/call", (request) => request.json());
  channel.call([hookCall(99)]);
  await log.until(({ answers }) => answers.length === 1);
  expect(server.of("notifications/cancelled")).toHaveLength(16);
});
