import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type PluginServer, type ServeHttpOptions, servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { HttpClient } from "./support/http-client.ts";
import { envelope } from "./support/line-client.ts";
import { rawRequest } from "./support/raw-http.ts";

let folder: string;
let uds: string;
const servers: PluginServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "unix-socket-"));
  uds = path.join(folder, "plugin.sock");
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

async function start(options: Partial<ServeHttpOptions> = {}): Promise<PluginServer> {
  const server = await servePlugins(plugins, {
    transport: "http",
    uds,
    handleSignals: false,
    ...options,
  });
  servers.push(server);
  return server;
}

test("plugins are served, to the owner only, and the file is gone afterwards", async () => {
  const before = process.umask();
  const server = await start();
  expect(process.umask()).toBe(before);
  expect(server).toMatchObject({ transport: "http", uds, port: undefined });
  expect(server.url).toBe("http://localhost/mcp");
  expect(statSync(uds).mode & 0o777).toBe(0o600);
  const client = await HttpClient.start(server);
  expect(envelope(await client.invoke("Echo", { name: "t" }))).toHaveProperty("result");
  await server.close();
  expect(existsSync(uds)).toBe(false);
});

test("only loopback names are answered", async () => {
  const server = await start();
  for (const [host, status] of [
    ["localhost", 200],
    ["127.0.0.1", 200],
    ["evil.example", 421],
  ] as const) {
    const answer = await rawRequest(server, { path: "/health", headers: { host } });
    expect(answer.status).toBe(200);
    const asked = await rawRequest(server, { method: "POST", headers: { host } });
    expect(asked.status).toBe(status === 200 ? 400 : status);
  }
});

test("a socket that a killed process left behind is replaced", async () => {
  const script = `require("node:net").createServer().listen(${JSON.stringify(uds)}, () => console.log("listening"))`;
  const killed: ChildProcess = spawn(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (killed.stdout) await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "close");
  expect(existsSync(uds)).toBe(true);
  const server = await start();
  expect((await rawRequest(server, { path: "/health" })).status).toBe(200);
});

test("a socket on which somebody listens is left alone", async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    issues: [{ path: "uds", message: expect.stringContaining("in use") }],
  });
  expect((await rawRequest(first, { path: "/health" })).status).toBe(200);
});

test("a socket whose listener we may not ask is left alone", async () => {
  // Root may connect to everything, and so cannot be refused.
  const other = createServer().listen(uds);
  await once(other, "listening");
  await chmod(uds, 0o000);
  await expect(start()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  expect(existsSync(uds)).toBe(true);
  other.close();
});

test("a file that is no socket is left alone", async () => {
  await writeFile(uds, "precious");
  await expect(start()).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    issues: [{ path: "uds", message: expect.stringContaining("no socket") }],
  });
  expect(statSync(uds).size).toBe(8);
});
