import net from "node:net";
import { expect, test } from "vitest";
import { hookCall, neverAborted, newChannel, readyChannel, startServer } from "./harness.ts";

test("calls wait for one of so many connections, in their order", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url, { maxConnections: 1 });
  channel.call([hookCall(1), hookCall(2), hookCall(3)]);
  for (const key of [1, 2, 3]) {
    const request = await server.seen("tools/call", key - 1);
    expect(request.key).toBe(key);
    expect(server.openConnections).toBe(1);
    // The others have had the time of a whole answer to come, and have not.
    expect(server.of("tools/call")).toHaveLength(key);
    request.json();
    await log.until(({ answers }) => answers.length === key);
  }
  const sockets = new Set(server.of("tools/call").map(({ socket }) => socket));
  expect(sockets.size).toBe(1);
});

test("without a limit each call in flight has its own", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel } = await readyChannel(server.url);
  channel.call([hookCall(1), hookCall(2), hookCall(3)]);
  await server.seen("tools/call", 2);
  expect(new Set(server.of("tools/call").map(({ socket }) => socket)).size).toBe(3);
});

test("a call that is given up makes room for the next one", async () => {
  const server = await startServer();
  server.hold("tools/call");
  const { channel, log } = await readyChannel(server.url, { maxConnections: 1 });
  channel.call([hookCall(1), hookCall(2)]);
  await server.seen("tools/call");
  channel.cancel([1]);
  (await server.seen("tools/call", 1)).json();
  await log.until(({ answers }) => answers.length === 1);
  expect(log.losses).toEqual([]);
});

test("a connection that nothing uses is closed after its time", async () => {
  const server = await startServer();
  const { channel, log } = await readyChannel(server.url, { keepAliveMs: 50 });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  const { socket } = await server.seen("tools/call");
  await new Promise((resolve) => socket.once("close", resolve));
  channel.call([hookCall(2)]);
  await log.until(({ answers }) => answers.length === 2);
  expect(log.losses).toEqual([]);
});

test("a connection that does not come about is given up after its time", async () => {
  // Never connected to anything.
  const dial = (): net.Socket => new net.Socket();
  const { channel } = newChannel("http://127.0.0.1:9/mcp", { dial, connectMs: 30 });
  await expect(channel.open(neverAborted)).rejects.toMatchObject({
    code: "CONNECT_FAILED",
    phase: "connecting",
  });
});
