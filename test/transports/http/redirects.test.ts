import { expect, test } from "vitest";
import { initialized, type Treatment } from "../../fixtures/http/steerable-server.ts";
import { hookCall, openChannel, readyChannel, shakeHands, startServer } from "./harness.ts";

test.each([307, 308])("%i within the origin is followed, with the same bytes", async (status) => {
  const server = await startServer();
  server.on(
    "tools/call",
    (request) => request.respond(status, { location: "/moved/?x=1#part" }),
    (request) => request.respond(status, { location: "here" }),
    (request) => request.json(),
  );
  const { channel, log } = await readyChannel(server.url, { headers: { "x-key": "k" } });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  const seen = server.of("tools/call");
  expect(seen.map(({ path }) => path)).toEqual(["/mcp", "/moved/?x=1", "/moved/here"]);
  expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
  expect(seen.every(({ headers }) => headers["mcp-session-id"] === "session-1")).toBe(true);
  expect(seen.every(({ headers }) => headers["x-key"] === "k")).toBe(true);
});

test("the handshake and the end of the session follow too", async () => {
  const server = await startServer();
  const location = `${server.url}/v2`;
  const redirect: Treatment = (request) => request.respond(308, { location });
  server.on("initialize", redirect, (request) =>
    request.json(initialized, { "mcp-session-id": "s-3" }),
  );
  server.on("DELETE", redirect, (request) => request.respond(200));
  const { channel } = await readyChannel(server.url);
  await channel.close();
  expect(server.of("initialize").map(({ path }) => path)).toEqual(["/mcp", "/mcp/v2"]);
  expect(server.of("DELETE").map(({ path }) => path)).toEqual(["/mcp", "/mcp/v2"]);
});

test("more than three in a row are refused, and nothing was processed", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => request.respond(307, { location: "/mcp" }));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([
    { error: { code: "REDIRECT_REFUSED", outcome: "not_processed", status: 307 } },
  ]);
  expect(server.of("tools/call")).toHaveLength(4);
});

test.each([301, 302, 303, 300, 304])("%i is refused, and never made a GET", async (status) => {
  const server = await startServer();
  server.on("tools/call", (request) => request.respond(status, { location: "/other" }));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([{ error: { code: "REDIRECT_REFUSED", status } }]);
  expect(server.of("tools/call")).toHaveLength(1);
  expect(server.of("GET")).toEqual([]);
});

test.each<[string, (port: number) => string]>([
  ["another port", (port) => `http://127.0.0.1:${port}/mcp`],
  ["another name for the same address", (port) => `http://localhost:${port}/mcp`],
  ["another port, without a scheme", (port) => `//127.0.0.1:${port}/mcp`],
])("nothing at all is sent to %s", async (_, locate) => {
  const server = await startServer();
  const other = await startServer();
  server.on("tools/call", (request) => request.respond(307, { location: locate(other.port) }));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  const [failure] = log.failures;
  expect(failure?.error).toMatchObject({ code: "REDIRECT_REFUSED", outcome: "not_processed" });
  expect(failure?.error.message).not.toContain(String(other.port));
  expect(failure?.error.message).toContain("another origin");
  await channel.close();
  expect(other.connections).toBe(0);
  // Nor is its path asked for where we are.
  expect(server.of("tools/call")).toHaveLength(1);
});

test.each<[string, Record<string, string>]>([
  ["to nowhere", {}],
  ["to what is no URL", { location: "http://[" }],
  ["to another scheme", { location: "ftp://127.0.0.1/mcp" }],
  ["with credentials", { location: "http://user:pass@127.0.0.1/mcp" }],
])("a redirect %s is refused", async (_, headers) => {
  const server = await startServer();
  server.on("initialize", (request) => request.respond(308, headers));
  const open = await openChannel(server.url);
  await expect(shakeHands(open)).rejects.toMatchObject({
    code: "REDIRECT_REFUSED",
    status: 308,
    message: expect.stringContaining("another origin"),
  });
  expect(server.requests).toHaveLength(1);
});

test("credentials in a location of the same origin are refused as well", async () => {
  const server = await startServer();
  const location = server.url.replace("http://", "http://user:pass@");
  server.on("initialize", (request) => request.respond(308, { location }));
  const open = await openChannel(server.url);
  await expect(shakeHands(open)).rejects.toMatchObject({ code: "REDIRECT_REFUSED" });
  expect(server.requests).toHaveLength(1);
});
