import { beforeEach, describe, expect, it } from "vitest";
import type { PluginControl } from "../fixtures/control.ts";
import { isAlive } from "../fixtures/processes.ts";
import {
  call,
  failure,
  impatient,
  inState,
  newControl,
  newPlugin,
  next,
  statesOf,
  stdioConfig,
  stdioPlugin,
} from "./support/harness.ts";

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

describe("initialize", () => {
  it("goes through all states of a start, and knows the server then", async () => {
    const plugin = stdioPlugin(control);
    const states = statesOf(plugin);
    const ready = next(plugin, "ready");
    await plugin.initialize();
    expect(states).toEqual(["idle", "spawning", "initializing", "fetchingConfig", "ready.waiting"]);
    expect(await ready).toEqual({ generation: 1 });
    expect(plugin.status()).toEqual({
      state: "ready.waiting",
      generation: 1,
      attempt: 0,
      nextRetryAt: null,
      queued: 0,
      inFlight: 0,
      lastError: null,
      lastExit: null,
      pid: (await control.started()).pid,
      serverInfo: { name: "hostile", version: "1.0.0" },
      protocolVersion: "2025-11-25",
      sessionId: null,
      stats: { succeeded: 0, failed: 0, unknown: 0, sent: 0, replayed: 0 },
    });
  });

  it("is one start for all who call it, and none when it is there already", async () => {
    const plugin = stdioPlugin(control);
    await Promise.all(Array.from({ length: 5 }, () => plugin.initialize()));
    await plugin.initialize();
    expect(control.starts).toBe(1);
    expect(plugin.status().generation).toBe(1);
  });

  it("rejects at its timeout, with the phase and the end of stderr", async () => {
    control.prepare(
      { do: "treat", what: "initialize", how: "ignore" },
      { do: "write", to: "stderr", text: "waiting for a licence\n" },
    );
    const plugin = stdioPlugin(control, { timeouts: { initializeMs: 400 } });
    const start = performance.now();
    const error = await failure(plugin.initialize());
    const tookMs = performance.now() - start;
    expect(error).toMatchObject({
      code: "INITIALIZE_FAILED",
      phase: "initializing",
      attempt: 1,
      stderrTail: "waiting for a licence\n",
    });
    expect(error.message).toContain("within 400 ms (option timeouts.initializeMs)");
    // How it ended afterwards was our own doing.
    expect(error.exit).toBe(undefined);
    expect(tookMs).toBeGreaterThanOrEqual(400);
    expect(tookMs).toBeLessThan(5_000);
    await plugin.shutdown();
    expect(control.survivors).toEqual([]);
  });

  it("rejects while a process that resists is still being stopped, and begins anew after it", async () => {
    control.prepare(
      { do: "treat", what: "initialize", how: "ignore" },
      { do: "ignoreEnd" },
      { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
    );
    const plugin = stdioPlugin(control, { timeouts: { initializeMs: 300 }, stopGraceMs: 400 });
    const first = failure(plugin.initialize());
    const silent = await control.started();
    expect(await first).toMatchObject({ code: "INITIALIZE_FAILED", attempt: 1 });
    expect(control.survivors).toEqual([silent.pid]);
    expect(plugin.status().state).toBe("closing");
    // Nobody waits for it any more, and whoever asks is told the same.
    expect(await failure(plugin.waitForReady())).toMatchObject({ code: "INITIALIZE_FAILED" });
    control.prepare();
    const again = plugin.initialize();
    await silent.disconnected;
    const next = await control.started();
    await again;
    expect(control.survivors).toEqual([next.pid]);
    expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: 1 });
  });

  it("tells the states of the new beginning only, while the former one is still being released", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "ignore" }, { do: "ignoreEnd" });
    const plugin = stdioPlugin(control, { timeouts: { initializeMs: 300 }, lazy: true });
    await failure(plugin.initialize());
    const states: string[] = [];
    plugin.on("stateChange", ({ from, to }) => states.push(from, to));
    control.prepare();
    await call(plugin, "wakes it");
    expect(states.slice(0, 2)).toEqual(["idle", "spawning"]);
    expect(states).not.toContain("terminated");
    expect(control.survivors).toHaveLength(1);
  });

  it("is stopped for good with what is still being released", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "ignore" }, { do: "ignoreEnd" });
    const plugin = stdioPlugin(control, { timeouts: { initializeMs: 300 } });
    await failure(plugin.initialize());
    const again = failure(plugin.initialize());
    await plugin.shutdown();
    expect(control.survivors).toEqual([]);
    expect(control.starts).toBe(1);
    expect((await again).code).toBe("STOPPED");
  });

  it("says what became of a process that ended instead", async () => {
    control.prepare(
      { do: "write", to: "stderr", text: "no such module: yaml\n" },
      { do: "exit", code: 3 },
    );
    const plugin = stdioPlugin(control);
    const ended = next(plugin, "terminated");
    const error = await failure(plugin.initialize());
    expect(error).toMatchObject({
      code: "INITIALIZE_FAILED",
      phase: "initializing",
      attempt: 1,
      exit: { code: 3, signal: null },
      stderrTail: "no such module: yaml\n",
    });
    expect(error.message).toContain("exited with code 3");
    expect(error.message).toContain("envAllow");
    expect(await ended).toMatchObject({ reason: "startFailed", error: { code: error.code } });
    expect(plugin.status()).toMatchObject({
      state: "terminated",
      lastExit: { code: 3, signal: null },
      lastError: { code: "INITIALIZE_FAILED" },
    });
  });

  it("names the signal that ended it", async () => {
    control.prepare({ do: "die", signal: "SIGKILL" });
    const error = await failure(stdioPlugin(control).initialize());
    expect(error).toMatchObject({
      code: "INITIALIZE_FAILED",
      exit: { code: null, signal: "SIGKILL" },
    });
  });

  it("rejects when the configuration does not come", async () => {
    control.prepare({ do: "treat", what: "get_plugin_config", how: "ignore" });
    const plugin = stdioPlugin(control, { timeouts: { fetchConfigMs: 200 } });
    expect(await failure(plugin.initialize())).toMatchObject({
      code: "CONFIG_FETCH_FAILED",
      phase: "fetchingConfig",
      message: expect.stringContaining("within 200 ms (option timeouts.fetchConfigMs)"),
    });
  });

  it("rejects when the process does not get to be started", async () => {
    const plugin = stdioPlugin(control, {
      timeouts: { openMs: 50 },
      commandPolicy: () => new Promise(() => {}),
    });
    expect(await failure(plugin.initialize())).toMatchObject({
      code: "SPAWN_FAILED",
      phase: "spawning",
      message: expect.stringContaining("within 50 ms (option timeouts.openMs)"),
    });
    expect(control.starts).toBe(0);
  });

  it("tries as often as startAttempts says", async () => {
    control.prepare({ do: "exit", code: 1 });
    const plugin = stdioPlugin(control, { startAttempts: 2 });
    const retry = next(plugin, "reconnecting");
    const failed = failure(plugin.initialize());
    expect(await retry).toMatchObject({
      attempt: 2,
      delayMs: 1_000,
      cause: { code: "INITIALIZE_FAILED", exit: { code: 1, signal: null } },
    });
    expect(plugin.status()).toMatchObject({
      state: "reconnecting",
      nextRetryAt: expect.any(Number),
    });
    expect(await failed).toMatchObject({ code: "INITIALIZE_FAILED", attempt: 2 });
    expect(control.starts).toBe(2);
  });

  it("does not try again what will be the same again", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    const plugin = stdioPlugin(control, { startAttempts: 3 });
    const failed = failure(plugin.initialize());
    const process = await control.started();
    const { id } = await process.next("request");
    const result = {
      protocolVersion: "1999-01-01",
      capabilities: {},
      serverInfo: { name: "old", version: "0" },
    };
    await process.tell({
      do: "write",
      text: `${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`,
    });
    expect(await failed).toMatchObject({ code: "VERSION_UNSUPPORTED", attempt: 1 });
    expect(control.starts).toBe(1);
  });

  it("begins afresh after a failed start", async () => {
    control.prepare({ do: "exit", code: 1 });
    const plugin = stdioPlugin(control);
    await failure(plugin.initialize());
    const { actor } = plugin;
    control.prepare();
    await Promise.all([plugin.initialize(), plugin.initialize()]);
    expect(plugin.actor).not.toBe(actor);
    expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: 1, attempt: 0 });
    expect(control.starts).toBe(2);
    await expect(call(plugin, "a")).resolves.toMatchObject({ continue_processing: true });
  });

  it("rejects after a shutdown, also one that comes in the middle of it", async () => {
    const plugin = stdioPlugin(control);
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    const failed = failure(plugin.initialize());
    await control.started();
    await plugin.shutdown();
    expect(await failed).toMatchObject({ code: "STOPPED" });
    expect(await failure(plugin.initialize())).toMatchObject({ code: "STOPPED" });
    expect(control.starts).toBe(1);
  });

  it("rejects after a shutdown that followed a failed start", async () => {
    control.prepare({ do: "exit", code: 1 });
    const plugin = stdioPlugin(control);
    await failure(plugin.initialize());
    await plugin.shutdown();
    expect(await failure(plugin.initialize())).toMatchObject({ code: "STOPPED" });
    expect(control.starts).toBe(1);
  });
});

describe("an abort of initialize", () => {
  it("ends the wait of its caller alone", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    const plugin = stdioPlugin(control);
    const controller = new AbortController();
    const given = failure(plugin.initialize({ signal: controller.signal }));
    const other = plugin.initialize();
    const process = await control.started();
    const reason = new Error("no time");
    controller.abort(reason);
    expect(await given).toMatchObject({ code: "ABORTED", cause: reason });
    await process.next("request");
    await process.tell({ do: "release" });
    await other;
    expect(plugin.status().state).toBe("ready.waiting");
  });

  it("by the last who waits undoes the start", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    const plugin = stdioPlugin(control);
    const [one, two] = [new AbortController(), new AbortController()];
    const failed = [one, two].map(({ signal }) => failure(plugin.initialize({ signal })));
    const process = await control.started();
    one.abort();
    two.abort();
    for (const each of failed) expect(await each).toMatchObject({ code: "ABORTED" });
    expect(plugin.status()).toMatchObject({ state: "idle", generation: 0 });
    await process.disconnected;
    control.prepare();
    await plugin.initialize();
    // There were never two of them.
    expect(isAlive(process.pid)).toBe(false);
    expect(control.starts).toBe(2);
  });

  it("undoes no start that hook calls wait for", async () => {
    for (const lazy of [true, false]) {
      control.prepare({ do: "treat", what: "initialize", how: "hold" });
      const plugin = stdioPlugin(control, { lazy });
      const controller = new AbortController();
      const failed = failure(plugin.initialize({ signal: controller.signal }));
      const result = call(plugin, lazy);
      controller.abort();
      expect(await failed).toMatchObject({ code: "ABORTED" });
      const process = await control.started();
      await process.next("request");
      await process.tell({ do: "release" });
      await result;
    }
    expect(control.ledger.map(({ key }) => key)).toEqual([true, false]);
    expect(control.starts).toBe(2);
  });

  it("before the call starts nothing", async () => {
    const plugin = stdioPlugin(control);
    const signal = AbortSignal.abort("not today");
    expect(await failure(plugin.initialize({ signal }))).toMatchObject({
      code: "ABORTED",
      cause: "not today",
    });
    expect(plugin.status().state).toBe("idle");
    expect(control.starts).toBe(0);
  });

  it("from a listener of the start's own events counts", async () => {
    const plugin = stdioPlugin(control);
    const controller = new AbortController();
    plugin.on("stateChange", () => controller.abort());
    expect(await failure(plugin.initialize({ signal: controller.signal }))).toMatchObject({
      code: "ABORTED",
    });
    expect(plugin.status().state).toBe("idle");
  });

  it("does not undo what has been ready", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    const process = await control.started();
    await process.tell({ do: "exit", code: 1 });
    await inState(plugin, "initializing");
    const controller = new AbortController();
    const failed = failure(plugin.initialize({ signal: controller.signal }));
    controller.abort();
    expect(await failed).toMatchObject({ code: "ABORTED" });
    expect(plugin.status()).toMatchObject({ state: "initializing", generation: 2 });
  });

  it("leaves no process behind when the plugin is shut down at once", async () => {
    control.prepare({ do: "ignoreEnd" }, { do: "treat", what: "initialize", how: "ignore" });
    const plugin = newPlugin(stdioConfig(control), { ...impatient, stopGraceMs: 100 });
    const controller = new AbortController();
    const failed = failure(plugin.initialize({ signal: controller.signal }));
    await control.started();
    controller.abort();
    await failed;
    await plugin.shutdown();
    expect(control.survivors).toEqual([]);
  });
});
