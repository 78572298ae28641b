import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "../../src/logger.ts";
import { HookReport } from "../../src/server/hook-report.ts";
import { HttpSession } from "../../src/server/http/http-session.ts";
import { HttpSessions } from "../../src/server/http/http-sessions.ts";
import { InFlight } from "../../src/server/in-flight.ts";
import { type PluginServer, servePlugins } from "../../src/server/index.ts";
import { PluginSet } from "../../src/server/plugin-set.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { HttpClient } from "./support/http-client.ts";
import { invocation } from "./support/line-client.ts";

const limits = { sessionIdleMs: 60_000, maxSessions: 2 };
const servers: PluginServer[] = [];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "http-sessions-"));
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

function newSessions(): HttpSessions {
  const set = new PluginSet([], new HookReport(silentLogger));
  return new HttpSessions(set, new InFlight(1, 1), limits);
}

function established(sessions: HttpSessions): string {
  const session = sessions.create();
  session.onEstablished?.();
  return session.id ?? "";
}

test("a session that nobody uses ends, one that is used does not", () => {
  const sessions = newSessions();
  const [unused, used] = [established(sessions), established(sessions)];
  expect(sessions.isFull).toBe(true);
  const message = { jsonrpc: "2.0", method: "notifications/initialized" } as const;
  for (let passed = 0; passed <= 60_000; passed += 15_000) {
    vi.advanceTimersByTime(15_000);
    sessions.get(used)?.notify({ kind: "notification", message, bytes: 0 });
  }
  expect(sessions.get(unused)).toBeUndefined();
  expect(sessions.get(used)).toBeInstanceOf(HttpSession);
  expect(sessions.isFull).toBe(false);
  sessions.endAll();
  expect(vi.getTimerCount()).toBe(0);
});

test("a session that ended before it was established gets no name", () => {
  const sessions = newSessions();
  const session = sessions.create();
  sessions.end(session);
  session.onEstablished?.();
  expect(sessions.get(session.id ?? "")).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([false, true])(
  "nothing is left of a server that has closed, stateless: %s",
  async (stateless) => {
    const server = await servePlugins(plugins, {
      transport: "http",
      port: 0,
      handleSignals: false,
      stateless,
    });
    const client = await HttpClient.start(server);
    expect((await client.request("ping")).result).toEqual({});
    // Each session is swept, and without sessions there is none that lives on.
    expect(vi.getTimerCount()).toBe(stateless ? 0 : 1);
    await server.close();
    expect(vi.getTimerCount()).toBe(0);
  },
);

test("a long call keeps its connection alive, and its session", async () => {
  const until = path.join(folder, "until");
  const server = await servePlugins(plugins, {
    transport: "http",
    port: 0,
    handleSignals: false,
    sessionIdleMs: 20_000,
  });
  servers.push(server);
  const client = await HttpClient.start(server);
  const params = {
    name: "invoke_hook",
    arguments: invocation("Slow", { name: "t", args: { until } }),
  };
  const response = client.post({ id: 7, method: "tools/call", params });
  // The request must have arrived before time passes: an answer of the same server tells.
  await client.request("ping");
  vi.advanceTimersByTime(45_000);
  await writeFile(until, "");
  const { body, status } = await response;
  expect(status).toBe(200);
  expect(body).toMatch(
    /^(: keepalive\r\n\r\n){3}event: message\r\ndata: \{.*continue_processing.*\}\r\n\r\n$/,
  );
  expect((await client.request("ping")).result).toEqual({});
});
