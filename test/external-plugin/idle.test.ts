import { beforeEach, describe, expect, it } from "vitest";
import type { PluginControl } from "../fixtures/control.ts";
import {
  call,
  failure,
  httpConfig,
  inState,
  newControl,
  newPlugin,
  statesOf,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

describe("a lazy plugin", () => {
  it("is started by its first calls, once", async () => {
    const plugin = stdioPlugin(control, { lazy: true });
    expect(plugin.status().state).toBe("idle");
    await Promise.all(["a", "b", "c"].map((key) => call(plugin, key)));
    expect(control.starts).toBe(1);
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    await plugin.initialize();
    expect(control.starts).toBe(1);
  });

  it("fails the calls of a start that fails, and starts afresh with the next one", async () => {
    control.prepare({ do: "write", to: "stderr", text: "no licence" }, { do: "exit", code: 5 });
    const plugin = stdioPlugin(control, { lazy: true });
    const failed = ["a", "b"].map((key) => failure(call(plugin, key)));
    for (const error of await Promise.all(failed)) {
      expect(error).toMatchObject({
        code: "UNAVAILABLE",
        outcome: "not_processed",
        exit: { code: 5, signal: null },
        stderrTail: "no licence",
        cause: { code: "INITIALIZE_FAILED" },
      });
    }
    control.prepare();
    await call(plugin, "c");
    expect(control.starts).toBe(2);
    expect(control.ledger.map(({ key }) => key)).toEqual(["c"]);
  });

  it("is not started by a call that is over before", async () => {
    const plugin = stdioPlugin(control, { lazy: true });
    expect(await failure(call(plugin, "a", { signal: AbortSignal.abort() }))).toMatchObject({
      code: "ABORTED",
    });
    expect(await failure(call(plugin, 1n))).toMatchObject({ code: "SERIALIZE_FAILED" });
    await plugin.shutdown();
    expect(await failure(call(plugin, "b"))).toMatchObject({ code: "STOPPED" });
    expect(control.starts).toBe(0);
  });
});

describe("idleTimeoutMs", () => {
  it("closes the session of a plugin that nobody calls, and a call opens another", async () => {
    const plugin = stdioPlugin(control, { idleTimeoutMs: 60 });
    await plugin.initialize();
    await call(plugin, "a");
    const states = statesOf(plugin);
    const first = await control.started();
    await inState(plugin, "dormant");
    await first.disconnected;
    expect(control.survivors).toEqual([]);
    expect(plugin.status()).toMatchObject({
      generation: 1,
      pid: null,
      lastError: null,
      nextRetryAt: null,
    });
    await Promise.all(["b", "c"].map((key) => call(plugin, key)));
    expect(plugin.status().generation).toBe(2);
    expect(states.slice(0, 6)).toEqual([
      "ready.waiting",
      "closing",
      "dormant",
      "spawning",
      "initializing",
      "fetchingConfig",
    ]);
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    await inState(plugin, "dormant");
  });

  it("deletes the session over HTTP", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), { idleTimeoutMs: 40 });
    await plugin.initialize();
    await inState(plugin, "dormant");
    expect(server.openSessions).toBe(0);
    expect(plugin.status().sessionId).toBe(null);
    await call(plugin, "a");
    expect(server.ledger).toMatchObject([{ session: "session-2" }]);
  });

  it("does not count while a call is with the plugin", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control, { idleTimeoutMs: 50 });
    await plugin.initialize();
    const result = call(plugin, "a");
    const process_ = await control.started();
    await process_.next("ran");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(plugin.status()).toMatchObject({ state: "ready.invoking", generation: 1 });
    await process_.tell({ do: "release" });
    await result;
    await inState(plugin, "dormant");
  });

  it("begins anew with every call", async () => {
    const plugin = stdioPlugin(control, { idleTimeoutMs: 400 });
    await plugin.initialize();
    for (let calls = 0; calls < 5; calls++) {
      await call(plugin, calls);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    expect(plugin.status().generation).toBe(1);
    await inState(plugin, "dormant");
  });

  it("leaves a plugin that whoever waits for it wakes", async () => {
    const plugin = stdioPlugin(control, { idleTimeoutMs: 500 });
    const wakers = [
      () => plugin.initialize(),
      () => plugin.waitForReady(),
      () => plugin.reconnect(),
    ];
    await plugin.initialize();
    for (const [nth, wake] of wakers.entries()) {
      await inState(plugin, "dormant");
      await wake();
      expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: nth + 2 });
    }
  });

  it("is no reason to wait for a call that comes while the session is being closed", async () => {
    control.prepare({ do: "ignoreEnd" });
    const plugin = stdioPlugin(control, { idleTimeoutMs: 30, stopGraceMs: 200 });
    await plugin.initialize();
    await inState(plugin, "closing");
    const waited = plugin.waitForReady();
    await call(plugin, "a");
    await waited;
    expect(control.ledger.map(({ key }) => key)).toEqual(["a"]);
    expect(plugin.status().generation).toBe(2);
  });
});
