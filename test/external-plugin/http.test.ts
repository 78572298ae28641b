import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import type { HttpMcpInput } from "../../src/models/plugin-config.ts";
import type { PluginOptions } from "../../src/options.ts";
import { SteerableServer } from "../fixtures/http/steerable-server.ts";
import { CertificateMaker } from "../server/support/certificates.ts";
import {
  afterwards,
  call,
  failure,
  impatient,
  inState,
  newContext,
  newPlugin,
  payload,
} from "./support/harness.ts";
import { HttpPlugin, isHookCall } from "./support/http-plugin.ts";

async function started(
  server: HttpPlugin,
  options?: PluginOptions,
  mcp?: Partial<HttpMcpInput>,
): Promise<ExternalPlugin> {
  const section: HttpMcpInput = { proto: "STREAMABLEHTTP", url: server.url, ...mcp };
  const config = { name: "Guard", kind: "external", mcp: section } as const;
  const plugin = newPlugin(config, { ...impatient, ...options });
  await plugin.initialize();
  return plugin;
}

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
  afterwards(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("a session that the server has lost", () => {
  it("is opened anew once for 20 calls that all get a 404, and none of them runs twice", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server, { maxInFlight: 20 });
    server.forget();
    server.gather(20, (request) => request.respond(404));
    const keys = Array.from({ length: 20 }, (_, key) => key);
    const results = await Promise.all(keys.map((key) => call(plugin, key)));
    expect(results.map(({ metadata }) => metadata)).toEqual(keys.map((echo) => ({ echo })));
    expect(server.begun).toBe(2);
    expect(server.ledger.map(({ key }) => Number(key)).toSorted((a, b) => a - b)).toEqual(keys);
    expect(new Set(server.ledger.map(({ session }) => session))).toEqual(new Set(["session-2"]));
    // It was the server who ended the first one.
    expect(server.server.of("DELETE")).toEqual([]);
    expect(plugin.status()).toMatchObject({
      sessionId: "session-2",
      stats: { succeeded: 20, failed: 0, replayed: 20 },
    });
  });

  it("lets the other calls on it be answered", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server, { maxInFlight: 3 });
    server.holdHooks();
    const results = ["a", "b", "c"].map((key) => call(plugin, key));
    const requests = await Promise.all([0, 1, 2].map((nth) => server.seenHook(nth)));
    server.answerHooks();
    requests[1]?.respond(404);
    await inState(plugin, "ready.draining");
    for (const nth of [0, 2]) {
      const request = requests[nth];
      if (request) server.answer(request);
    }
    await Promise.all(results);
    const sessions = server.ledger.map(({ key, session }) => `${key} in ${session}`).toSorted();
    expect(sessions).toEqual(["a in session-1", "b in session-2", "c in session-1"]);
    expect(server.begun).toBe(2);
  });

  it("does not wait long for them", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server, { maxInFlight: 2 });
    server.holdHooks();
    const [lost, hung] = [call(plugin, "a"), failure(call(plugin, "b"))];
    const request = await server.seenHook(0);
    const other = await server.seenHook(1);
    server.answerHooks();
    request.respond(404);
    expect(await hung).toMatchObject({ code: "SESSION_LOST", outcome: "unknown" });
    await lost;
    expect(await other.over).toBe(true);
    expect(server.ledger.map(({ key }) => key)).toEqual(["a"]);
  });
});

describe("the end of a session", () => {
  it("is told to the server", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    await plugin.shutdown();
    const [ending] = server.server.of("DELETE");
    expect(ending?.headers).toMatchObject({ "mcp-session-id": "session-1" });
    expect(server.openSessions).toBe(0);
    await server.server.until(({ openConnections }) => openConnections === 0);
  });

  it("is told over mutual TLS", async () => {
    const maker = new CertificateMaker(newFolder());
    const authority = maker.authority("authority");
    const [own, client] = ["server", "client"].map((name) => maker.signed(name, authority));
    if (!(own && client)) throw new Error("expected two certificates");
    const [cert, key, ca] = [own.certfile, own.keyfile, authority.certfile].map((file) =>
      readFileSync(file),
    );
    const server = await HttpPlugin.start({
      tls: { cert, key, ca, requestCert: true, rejectUnauthorized: true },
    });
    const tls = { ...client, ca_bundle: authority.certfile };
    const plugin = await started(server, {}, { tls });
    await call(plugin, "a");
    await plugin.shutdown();
    expect(server.server.of("DELETE")).toHaveLength(1);
    expect(server.openSessions).toBe(0);
    expect(server.server.failedHandshakes).toBe(0);
  });

  it("is told over a Unix socket", async () => {
    const uds = path.join(newFolder(), "plugin.sock");
    const server = await HttpPlugin.start({ uds });
    const plugin = await started(server, {}, { uds });
    await call(plugin, "a");
    await plugin.shutdown();
    expect(server.server.of("DELETE")).toHaveLength(1);
    expect(server.openSessions).toBe(0);
  });

  it.each([405, 500])("stands, whatever the server thinks of it: %s", async (status) => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.server.on("DELETE", (request) => request.respond(status));
    await plugin.shutdown();
    expect(plugin.status().state).toBe("terminated");
  });

  it("does not wait for a server that does not answer", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.server.hold("DELETE");
    const start = performance.now();
    await plugin.shutdown();
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it("is the end of the calls on it, too", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.holdHooks();
    const given = failure(call(plugin, "a"));
    const request = await server.seenHook();
    await plugin.shutdown();
    expect(await given).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    expect(await request.over).toBe(true);
    expect(server.openSessions).toBe(0);
  });
});

describe("a call over HTTP", () => {
  it("that is aborted is closed, as the server sees it, and its slot is free", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.holdHooks();
    const controller = new AbortController();
    const given = failure(call(plugin, "a", { signal: controller.signal }));
    const after = call(plugin, "b");
    const request = await server.seenHook();
    server.answerHooks();
    controller.abort();
    expect(await given).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(await request.over).toBe(true);
    await after;
    expect(plugin.status()).toMatchObject({ generation: 1, inFlight: 0 });
  });

  it("that is late is closed too", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.holdHooks();
    const given = failure(call(plugin, "a", { timeoutMs: 200 }));
    const request = await server.seenHook();
    expect(await given).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    expect(await request.over).toBe(true);
    await inState(plugin, "ready.waiting");
    expect(plugin.status().generation).toBe(1);
  });

  it.each([307, 308])(
    "that is redirected to another origin by %s sends it nothing",
    async (status) => {
      const other = await SteerableServer.start();
      afterwards(() => other.stop());
      const server = await HttpPlugin.start();
      const plugin = await started(server, { headers: { authorization: "Bearer secret" } });
      server.server.on("tools/call", (request) => request.respond(status, { location: other.url }));
      expect(await failure(call(plugin, "a"))).toMatchObject({
        code: "REDIRECT_REFUSED",
        outcome: "not_processed",
        status,
        message: expect.stringContaining("another origin"),
      });
      expect(other.connections).toBe(0);
      expect(server.hookCalls).toHaveLength(1);
      expect(plugin.status().generation).toBe(1);
    },
  );

  it("whose answer unpacks to more than the cap stops there", async () => {
    const maxMessageBytes = 1_000_000;
    const server = await HttpPlugin.start();
    const plugin = await started(server, { maxMessageBytes });
    const bomb = gzipSync(Buffer.alloc(400 * maxMessageBytes, "x"));
    server.server.on("tools/call", (request) => {
      const headers = { "content-type": "application/json", "content-encoding": "gzip" };
      request.respond(200, headers, bomb);
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(await failure(call(plugin, "a"))).toMatchObject({
      code: "TOO_LARGE",
      outcome: "unknown",
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * maxMessageBytes);
    server.answerHooks();
    await call(plugin, "b");
    expect(plugin.status().generation).toBe(1);
  });

  it.each([
    [403, {}, { code: "UNAUTHORIZED", outcome: "answered" }],
    [
      429,
      { "retry-after": "7" },
      { code: "RATE_LIMITED", outcome: "not_processed", retryAfterMs: 7_000 },
    ],
    [500, {}, { code: "HTTP_STATUS", outcome: "unknown" }],
    [503, {}, { code: "HTTP_STATUS", outcome: "unknown" }],
  ])("that gets %s fails alone", async (status, headers, expected) => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.server.on("tools/call", (request) => request.respond(status, headers));
    expect(await failure(call(plugin, "a"))).toMatchObject({ ...expected, status });
    server.answerHooks();
    await call(plugin, "b");
    expect(plugin.status()).toMatchObject({ generation: 1, sessionId: "session-1" });
    expect(server.begun).toBe(1);
  });

  it("does not lose its answer to a deadline that came while this process was busy", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.holdHooks();
    const result = call(plugin, "a", { timeoutMs: 700 });
    const request = await server.seenHook();
    server.answer(request);
    await new Promise((resolve) => request.response.once("finish", resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
    expect(await result).toMatchObject({ continue_processing: true });
  });

  it("whose connection is cut has an unknown outcome, and the session is opened anew", async () => {
    const server = await HttpPlugin.start();
    const plugin = await started(server);
    server.holdHooks();
    const given = failure(call(plugin, "a"));
    const request = await server.seenHook();
    server.answerHooks();
    request.cut("reset");
    expect(await given).toMatchObject({ outcome: "unknown" });
    await call(plugin, "b");
    expect(server.ledger.map(({ key }) => key)).toEqual(["b"]);
  });
});

describe("headers of the host", () => {
  it("are asked for once per opening, and once more after a 401", async () => {
    const server = await HttpPlugin.start();
    const reasons: string[] = [];
    const plugin = await started(server, {
      headers: ({ reason }) => {
        reasons.push(reason);
        return { authorization: `Bearer ${reasons.length}` };
      },
    });
    expect(reasons).toEqual(["connect"]);
    server.server.on("tools/call", (request) => {
      if (request.headers.authorization !== "Bearer 2") request.respond(401);
      else server.answer(request);
    });
    await call(plugin, "a");
    expect(reasons).toEqual(["connect", "unauthorized"]);
    const hooks = server.server.of("tools/call").filter(isHookCall);
    expect(hooks.map(({ headers }) => headers.authorization)).toEqual(["Bearer 1", "Bearer 2"]);
  });

  it("that the server refuses end the first start", async () => {
    const server = await HttpPlugin.start();
    server.server.on("initialize", (request) => request.respond(401));
    const config = {
      name: "Guard",
      kind: "external",
      mcp: { proto: "STREAMABLEHTTP", url: server.url },
    } as const;
    const plugin = newPlugin(config, { headers: { authorization: "wrong" } });
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({ code: "UNAUTHORIZED", status: 401, attempt: 1 });
    expect(server.server.of("initialize")).toHaveLength(1);
  });
});

it("a payload and its answer go through unharmed, whatever is in them", async () => {
  const server = await HttpPlugin.start();
  const plugin = await started(server);
  const key = '\u2028 \ud83d\ude00 \\ " \u0000 \r\n </script>';
  const context = newContext();
  context.state = { key };
  const result = await plugin.invokeHook("tool_pre_invoke", payload(key), context);
  expect(result.metadata).toEqual({ echo: key });
  expect(context.state).toEqual({ key });
});
