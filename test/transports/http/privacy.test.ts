import { expect, test } from "vitest";
import type { Logger } from "../../../src/logger.ts";
import { hookCall, newChannel, readyChannel, startServer } from "./harness.ts";

/** Everything that a logger is given, as text. */
function recorder(): { logger: Logger; text: () => string } {
  const entries: unknown[][] = [];
  const note = (...entry: unknown[]): void => {
    entries.push(entry);
  };
  const logger = { debug: note, info: note, warn: note, error: note };
  return { logger, text: () => JSON.stringify(entries) };
}

test("neither the logger nor an error gets payloads, headers, session ids or the server's text", async () => {
  const server = await startServer();
  const { logger, text } = recorder();
  server.on(
    "tools/call",
    (request) => request.respond(500, { "x-note": "plugin-header" }, "plugin-text"),
    (request) => request.respond(400, {}, "plugin-text"),
    (request) => request.json({ error: "plugin-text" }),
    (request) => request.respond(200, { "content-type": "application/json" }, "plugin-text"),
    (request) => request.json({ id: "h99", result: "plugin-text" }),
    (request) => request.respond(307, { location: "http://plugin-text.invalid/" }),
    (request) => request.respond(404, {}, "plugin-text"),
  );
  const headers = { authorization: "Bearer user-token" };
  const { channel, log } = await readyChannel(`${server.url}?key=user-query`, { headers, logger });
  for (let id = 1; id <= 7; id++) {
    channel.call([{ id, params: '{"name":"invoke_hook","arguments":{"payload":"user-payload"}}' }]);
    await log.until(({ order }) => order.length === id);
  }
  await channel.close();
  const errors = [...log.failures, ...log.losses].map(({ error }) => error);
  expect(errors).toHaveLength(7);
  const shown = errors.map((error) => `${error.stack} ${JSON.stringify(error)} ${error.cause}`);
  expect(text().length).toBeGreaterThan(100);
  for (const said of [text(), ...shown])
    for (const secret of ["plugin-", "user-", "session-1"]) expect(said).not.toContain(secret);
});

test("the server's own words about a refusal reach the logger where the host allows it", async () => {
  const server = await startServer();
  const { logger, text } = recorder();
  server.on("tools/call", (request) => request.respond(400, {}, "plugin-text"));
  const { channel, log } = await readyChannel(server.url, { logger, exposePluginText: true });
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(text()).toContain("plugin-text");
});

test("an answer to what was never asked is warned of, once", async () => {
  const server = await startServer();
  const warnings: unknown[][] = [];
  const nothing = (): void => {};
  const warn = (...entry: unknown[]): void => {
    warnings.push(entry);
  };
  const logger = { debug: nothing, info: nothing, warn, error: nothing };
  server.on("tools/call", (request) => request.json({ id: "h99", result: {} }));
  const { channel, log } = await readyChannel(server.url, { logger });
  for (let id = 1; id <= 3; id++) {
    channel.call([hookCall(id)]);
    await log.until(({ failures }) => failures.length === id);
  }
  expect(warnings).toEqual([
    ["the plugin server answered a request that was not asked here", expect.anything()],
  ]);
});

test("a logger that throws harms nobody", async () => {
  const server = await startServer();
  const shout = (): void => {
    throw new Error("no log");
  };
  const logger = { debug: shout, info: shout, warn: shout, error: shout };
  const { channel, log } = await readyChannel(server.url, { logger });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  await channel.close();
});

test("what is wrong with an opening shows no query", async () => {
  const server = await startServer();
  const { url } = server;
  await server.stop();
  const { channel } = newChannel(`${url}?key=user-query`);
  const error = await channel.open(new AbortController().signal).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(url);
  expect(String(error)).not.toContain("user-query");
});
