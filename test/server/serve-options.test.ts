import { constants } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type PluginServer, type ServeOptions, servePlugins } from "../../src/server/index.ts";
import { rawRequest } from "./support/raw-http.ts";

const certfile = fileURLToPath(import.meta.url);
const servers: PluginServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(options: unknown): Promise<PluginServer> {
  const server = await servePlugins([], options as ServeOptions);
  servers.push(server);
  return server;
}

const http = { transport: "http", port: 0, handleSignals: false };

describe("what is wrong is named", () => {
  test.each([
    ["nothing", undefined, [""]],
    ["no transport", {}, ["transport"]],
    ["another transport", { transport: "sse" }, ["transport"]],
    ["an option of HTTP over stdio", { transport: "stdio", port: 1 }, ["port"]],
    ["a misspelt option", { ...http, prot: 1 }, ["prot"]],
    ["a port out of range", { ...http, port: 65_536 }, ["port"]],
    ["a negative port", { ...http, port: -1 }, ["port"]],
    ["a port that is a text", { ...http, port: "8000" }, ["port"]],
    ["an empty host", { ...http, host: "" }, ["host"]],
    ["a path without its slash", { ...http, path: "mcp" }, ["path"]],
    ["a path with a slash at its end", { ...http, path: "/mcp/" }, ["path"]],
    ["a socket in no directory", { ...http, uds: "/no/such/dir/x.sock" }, ["uds"]],
    ["a socket with a name too long", { ...http, uds: `/tmp/${"x".repeat(120)}` }, ["uds"]],
    ["hosts that are none", { ...http, allowedHosts: ["http://x"] }, ["allowedHosts.0"]],
    ["no hosts", { ...http, host: "0.0.0.0", allowedHosts: [] }, ["allowedHosts"]],
    ["no limit for messages", { ...http, maxMessageBytes: 0 }, ["maxMessageBytes"]],
    [
      "messages longer than any text",
      { ...http, maxMessageBytes: constants.MAX_STRING_LENGTH + 1 },
      ["maxMessageBytes"],
    ],
    [
      "what cannot be read",
      Object.defineProperty({ ...http }, "port", {
        get: () => {
          throw new Error("of the port");
        },
      }),
      [""],
    ],
    ["negative time", { ...http, drainMs: -1 }, ["drainMs"]],
    ["no number", { ...http, drainMs: Number.NaN }, ["drainMs"]],
    ["the path of the health check", { ...http, path: "/health" }, ["path"]],
    ["a socket with a NUL in its name", { ...http, uds: "/tmp/\0x" }, ["uds"]],
    ["no calls", { ...http, maxInFlight: 0 }, ["maxInFlight"]],
    ["a listener that is no function", { ...http, onHookError: {} }, ["onHookError"]],
    [
      "a file of which nobody knows",
      { ...http, tls: { certfile: "/etc/passwd/x" } },
      ["tls.certfile"],
    ],
    ["no sessions", { ...http, maxSessions: 0 }, ["maxSessions"]],
    ["half a logger", { ...http, log: { info: () => {} } }, ["log"]],
    ["TLS without a certificate", { ...http, tls: {} }, ["tls.certfile"]],
    ["a key without its certificate", { ...http, tls: { keyfile: certfile } }, ["tls.certfile"]],
    ["files that do not exist", { ...http, tls: { certfile: "/no.pem" } }, ["tls.certfile"]],
    [
      "checking certificates by nobody's authority",
      { ...http, tls: { certfile, ssl_cert_reqs: 2 } },
      ["tls.ca_bundle"],
    ],
    ["TLS on a socket", { ...http, uds: "/tmp/x.sock", tls: { certfile } }, ["tls"]],
    ["several things", { ...http, port: -1, path: "" }, ["path", "port"]],
  ])("%s", async (_what, options, paths) => {
    const error = await serve(options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "PluginError", code: "CONFIG_INVALID" });
    const { issues, message } = error as { issues: { path: string }[]; message: string };
    expect(issues.map(({ path }) => path).sort()).toEqual(paths);
    // In our own words.
    expect(message).not.toMatch(/Too (big|small)|expected/);
    expect(message).toMatch(/^Options of the plugin server are invalid: /);
  });
});

test("a port that is taken is a typed error, and nothing keeps listening", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(serve({ ...http, port })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    issues: [{ path: "port", message: expect.stringContaining("in use") }],
    cause: { code: "EADDRINUSE" },
  });
  other.close();
});

test("an address of another machine is a typed error", async () => {
  await expect(serve({ ...http, host: "192.0.2.1" })).rejects.toMatchObject({
    issues: [{ path: "port", message: expect.stringContaining("no address of this machine") }],
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);

test.runIf(hasIpv6)("IPv6 addresses are written as URLs need them", async () => {
  const server = await serve({ ...http, host: "::1" });
  expect(server.url).toBe(`http://[::1]:${server.port}/mcp`);
  expect((await rawRequest(server, { path: "/health" })).status).toBe(200);
});

test("signals are handled until the server has ended, by its option", async () => {
  const count = (): number => process.listenerCount("SIGTERM") + process.listenerCount("SIGINT");
  const before = count();
  const server = await serve({ transport: "http", port: 0 });
  expect(count()).toBe(before + 2);
  await server.close();
  expect(count()).toBe(before);
  await serve(http);
  expect(count()).toBe(before);
});

test("a logger is told of beginning and end, and what it throws harms nobody", async () => {
  const info = vi.fn(() => {
    throw new Error("broken logger");
  });
  const log = { debug: () => {}, info, warn: () => {}, error: () => {} };
  const server = await serve({ ...http, log });
  await server.close();
  expect(info.mock.calls.map(([message]: unknown[]) => message)).toEqual([
    "plugin server is ready",
    "plugin server has ended",
  ]);
});

test("a server can be disposed of", async () => {
  const server = await serve(http);
  await server[Symbol.asyncDispose]();
  await expect(rawRequest(server, { path: "/health" })).rejects.toThrow("ECONNREFUSED");
});
