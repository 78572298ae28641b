import { describe, expect, test } from "vitest";
import { event, type Treatment } from "../../fixtures/http/steerable-server.ts";
import { hookCall, openChannel, readyChannel, shakeHands, startServer } from "./harness.ts";

// The MCP SDK's client over the channel's transport.

const initialized = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  serverInfo: { name: "s", version: "1" },
};

async function refusedBy(treatment: Treatment, kind = "initialize"): Promise<unknown> {
  const server = await startServer();
  server.on(kind, treatment);
  const open = await openChannel(server.url);
  const failure = await shakeHands(open).catch((error: unknown) => error);
  expect(open.log.order).toEqual([]);
  return failure;
}

test("takes an answer that comes as a stream of events, and the version that was agreed on", async () => {
  const server = await startServer();
  server.on("initialize", (request) =>
    request
      .stream({ "mcp-session-id": "s-2" })
      .write(event('{"jsonrpc":"2.0","method":"notifications/message","params":{}}'))
      .end(event(request.answerText({ result: initialized }))),
  );
  const { channel } = await readyChannel(server.url);
  expect(channel.evidence().sessionId).toBe("s-2");
  const note = await server.seen("notifications/initialized");
  expect(note.headers).toMatchObject({
    "mcp-session-id": "s-2",
    "mcp-protocol-version": "2025-06-18",
  });
});

test("answers a ping that the server sends before it answers", async () => {
  const server = await startServer();
  server.on("initialize", (request) => {
    request.stream().write(event('{"jsonrpc":"2.0","id":"s1","method":"ping"}'));
  });
  const open = await openChannel(server.url);
  const ready = shakeHands(open);
  const { message } = await server.seen("reply");
  expect(message).toEqual({ jsonrpc: "2.0", id: "s1", result: {} });
  const request = await server.seen("initialize");
  request.end(event(request.answerText({ result: initialized })));
  await ready;
});

test("never asks for a stream by GET", async () => {
  const server = await startServer();
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  await channel.close();
  expect(server.of("GET")).toEqual([]);
});

test.each<[number, object]>([
  [400, { code: "HTTP_STATUS" }],
  [401, { code: "UNAUTHORIZED" }],
  [403, { code: "UNAUTHORIZED" }],
  [404, { code: "HTTP_STATUS" }],
  [405, { code: "HTTP_STATUS" }],
  [406, { code: "HTTP_STATUS" }],
  [413, { code: "TOO_LARGE" }],
  [500, { code: "HTTP_STATUS" }],
  [503, { code: "HTTP_STATUS" }],
  [303, { code: "REDIRECT_REFUSED" }],
])("fails by status %i with an error of its own", async (status, expected) => {
  const error = await refusedBy((request) => request.respond(status, {}, "secret text"));
  expect(error).toMatchObject({ ...expected, status, phase: "initializing", plugin: "Guard" });
  expect(error).not.toHaveProperty("outcome");
  expect(String(error)).not.toContain("secret");
});

test("learns how long a busy server wants to be left alone", async () => {
  expect(await refusedBy((request) => request.respond(429, { "retry-after": "7" }))).toMatchObject({
    code: "RATE_LIMITED",
    retryAfterMs: 7_000,
  });
});

test("fails where the notification that ends it is refused", async () => {
  const error = await refusedBy((request) => request.respond(500), "notifications/initialized");
  expect(error).toMatchObject({ code: "HTTP_STATUS", status: 500, phase: "initializing" });
});

test("fails where the session is lost before it has begun", async () => {
  const error = await refusedBy((request) => request.respond(404), "notifications/initialized");
  expect(error).toMatchObject({ code: "SESSION_LOST", status: 404 });
});

test("fails where the connection ends", async () => {
  expect(await refusedBy((request) => request.cut())).toMatchObject({
    code: "SESSION_LOST",
    phase: "initializing",
  });
});

test("fails at a body that is no answer", async () => {
  const html: Treatment = (request) => request.respond(200, { "content-type": "text/html" }, "<p>");
  expect(await refusedBy(html)).toMatchObject({ code: "INVALID_RESPONSE", phase: "initializing" });
});

test("leaves it to the SDK to refuse a version", async () => {
  const error = await refusedBy((request) =>
    request.json({ result: { ...initialized, protocolVersion: "2031-01-01" } }),
  );
  expect(String(error)).toContain("protocol version is not supported: 2031-01-01");
});

test("leaves an error of the server to the SDK", async () => {
  const error = await refusedBy((request) =>
    request.json({ error: { code: -32_603, message: "no" } }),
  );
  expect(error).toMatchObject({ code: -32_603 });
});

describe("the session's id", () => {
  test.each([
    ["with a space", "a b"],
    ["of too many characters", "x".repeat(1_025)],
    ["with characters beyond ASCII", "s\u00e9ssion"],
    ["that is empty", ""],
  ])("%s is refused, and is used for nothing", async (_, id) => {
    const server = await startServer();
    server.on("initialize", (request) =>
      request.json({ result: initialized }, { "mcp-session-id": id }),
    );
    const open = await openChannel(server.url);
    await expect(shakeHands(open)).rejects.toMatchObject({
      code: "INVALID_RESPONSE",
      phase: "initializing",
    });
    await open.channel.close();
    expect(server.of("DELETE")).toEqual([]);
  });

  test("that is given twice is refused", async () => {
    const error = await refusedBy((request) =>
      request
        .head(200, { "content-type": "application/json", "mcp-session-id": ["a", "b"] })
        .end(request.answerText({ result: initialized })),
    );
    expect(error).toMatchObject({ code: "INVALID_RESPONSE" });
  });

  test("of a refusal is not taken", async () => {
    const server = await startServer();
    server.on("initialize", (request) => request.respond(500, { "mcp-session-id": "bad" }));
    const open = await openChannel(server.url);
    await shakeHands(open).catch(() => {});
    expect(open.channel.evidence().sessionId).toBeNull();
    await open.channel.close();
    expect(server.of("DELETE")).toEqual([]);
  });

  test("in a later answer changes nothing", async () => {
    const server = await startServer();
    server.on("tools/call", (request) => request.json(undefined, { "mcp-session-id": "other" }));
    const { channel, log } = await readyChannel(server.url);
    for (let id = 1; id <= 2; id++) {
      channel.call([hookCall(id)]);
      await log.until(({ answers }) => answers.length === id);
    }
    expect((await server.seen("tools/call", 1)).headers["mcp-session-id"]).toBe("session-1");
  });

  test("of the largest size is used", async () => {
    const id = "~".repeat(1_024);
    const server = await startServer();
    server.on("initialize", (request) =>
      request.json({ result: initialized }, { "mcp-session-id": id }),
    );
    await readyChannel(server.url);
    expect((await server.seen("notifications/initialized")).headers["mcp-session-id"]).toBe(id);
  });
});

test("gives `initialize` up without a word to the server when the SDK does, and closes its connection", async () => {
  const server = await startServer();
  server.hold("initialize");
  const { channel } = await openChannel(server.url);
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client = new Client({ name: "host", version: "1.0.0" });
  const connecting = client.connect(channel.transport, { timeout: 50 });
  await expect(connecting).rejects.toThrow("timed out");
  expect(await (await server.seen("initialize")).over).toBe(true);
  await channel.close();
  expect(server.of("notifications/cancelled")).toEqual([]);
});

test("serves other requests of the SDK, and gives them up with a notice", async () => {
  const server = await startServer();
  server.hold("tools/list");
  const client = await shakeHands(await openChannel(server.url));
  const stop = new AbortController();
  const listing = client.listTools({}, { signal: stop.signal }).catch((error: unknown) => error);
  const request = await server.seen("tools/list");
  stop.abort("enough");
  await listing;
  expect(await request.over).toBe(true);
  const notice = await server.seen("notifications/cancelled");
  expect(notice.message.params).toMatchObject({ requestId: request.message.id });
});
