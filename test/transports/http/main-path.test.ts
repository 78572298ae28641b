import { expect, test } from "vitest";
import { hookCall, openChannel, readyChannel, shakeHands, startServer } from "./harness.ts";

test("connects when it is opened, and sends nothing yet", async () => {
  const server = await startServer();
  await openChannel(server.url);
  await server.until(({ openConnections }) => openConnections === 1);
  expect(server.requests).toEqual([]);
});

test("shakes hands, calls and closes, each request with what the protocol asks for", async () => {
  const server = await startServer();
  const open = await openChannel(server.url);
  await shakeHands(open);
  open.channel.call([hookCall(7)]);
  await open.log.until(({ answers }) => answers.length === 1);
  expect(open.log.answers).toEqual([{ id: 7, body: { result: { key: 7 } } }]);
  expect(open.channel.evidence()).toEqual({
    exit: null,
    stderrTail: "",
    pid: null,
    sessionId: "session-1",
  });
  await open.channel.close();
  expect(server.requests.map(({ kind }) => kind)).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/call",
    "DELETE",
  ]);
  const [initialize, initialized, call, ending] = server.requests;
  expect(initialize?.headers).toMatchObject({
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
  });
  expect(initialize?.headers).not.toHaveProperty("mcp-session-id");
  const inSession = { "mcp-session-id": "session-1", "mcp-protocol-version": "2025-11-25" };
  for (const request of [initialized, call, ending]) {
    expect(request?.headers).toMatchObject(inSession);
    expect(request?.path).toBe("/mcp");
  }
  expect(call?.message).toMatchObject({ jsonrpc: "2.0", id: "h1", method: "tools/call" });
  expect(ending?.body).toBe("");
  await server.until(({ openConnections }) => openConnections === 0);
});

test("uses the connection of the opening for the handshake", async () => {
  const server = await startServer();
  await readyChannel(server.url);
  expect(server.connections).toBe(1);
});
