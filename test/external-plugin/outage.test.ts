import { describe, expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import { StepClock } from "../machines/support/step-clock.ts";
import {
  call,
  failure,
  httpConfig,
  impatient,
  inState,
  newControl,
  newPlugin,
  next,
  statesOf,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

/** Lets simulated time pass, from one attempt to the next, each of which is made in earnest. */
async function pass(plugin: ExternalPlugin, clock: StepClock, until: number): Promise<void> {
  for (;;) {
    await inState(plugin, "reconnecting", "coolingDown");
    const at = Math.min(plugin.status().nextRetryAt ?? until, until);
    clock.advance(at - clock.now());
    if (at === until) return;
  }
}

describe("a server that is away for ten seconds, with all defaults", () => {
  it("serves again by itself, and answers the call that waits for it", async () => {
    const server = await HttpPlugin.start();
    const { port } = server.server;
    const clock = new StepClock();
    const plugin = newPlugin(httpConfig(server.url), { clock, random: () => 0.5 });
    await plugin.initialize();
    await call(plugin, "before");
    const probes: number[] = [];
    plugin.on("coolingDown", ({ nextProbeAt }) => probes.push(nextProbeAt));

    await server.server.stop();
    void failure(call(plugin, "finds out"));
    await inState(plugin, "reconnecting");
    const queued = failure(call(plugin, "without"));
    const patient = call(plugin, "with", { waitForReady: true });
    await pass(plugin, clock, 300);
    await inState(plugin, "coolingDown");
    expect(await queued).toMatchObject({
      code: "UNAVAILABLE",
      outcome: "not_processed",
      message: expect.stringMatching(
        /^Plugin Guard is unavailable: Failed to reconnect after 3 attempts: .* not reachable.*; the next probe is in 1\.0 s$/,
      ),
      cause: { code: "RECONNECT_EXHAUSTED", cause: { code: "CONNECT_FAILED" } },
    });
    expect(await failure(call(plugin, "without"))).toMatchObject({
      code: "UNAVAILABLE",
      outcome: "not_processed",
    });
    await pass(plugin, clock, 10_000);
    await server.restart(port);
    const ready = next(plugin, "ready");
    clock.advance((plugin.status().nextRetryAt ?? 0) - clock.now());
    await ready;
    await patient;
    expect(server.ledger.map(({ key }) => key)).toEqual(["before", "with"]);
    // Attempts after 0, 100 and 200 ms; probes after 1 s and then 1.6 times as long each time.
    expect(probes).toEqual([1_300, 2_900, 5_460, 9_556, 16_110]);
    expect(plugin.status()).toMatchObject({
      state: "ready.waiting",
      attempt: 0,
      nextRetryAt: null,
    });
  });

  it("is looked for again from the beginning at the next outage", async () => {
    const server = await HttpPlugin.start();
    const clock = new StepClock();
    const plugin = newPlugin(httpConfig(server.url), { clock, random: () => 0.5 });
    await plugin.initialize();
    const { port } = server.server;
    for (let outage = 0; outage < 2; outage++) {
      await server.server.stop();
      void failure(call(plugin, "finds out"));
      const cooling = next(plugin, "coolingDown");
      await pass(plugin, clock, clock.now() + 300);
      expect((await cooling).nextProbeAt - clock.now()).toBe(1_000);
      await server.restart(port);
      const ready = next(plugin, "ready");
      clock.advance(1_000);
      await ready;
      await call(plugin, outage);
    }
    expect(server.ledger.map(({ key }) => key)).toEqual([0, 1]);
  });

  it("is looked for at least every 36 seconds, without end", async () => {
    const server = await HttpPlugin.start();
    const clock = new StepClock();
    const plugin = newPlugin(httpConfig(server.url), { clock, random: () => 1 });
    await plugin.initialize();
    await server.server.stop();
    void failure(call(plugin, "finds out"));
    const waits: number[] = [];
    plugin.on("coolingDown", ({ nextProbeAt }) => waits.push(nextProbeAt - clock.now()));
    await pass(plugin, clock, 600_000);
    expect(waits.slice(0, 4)).toEqual([1_200, 1_920, 3_072, 4_915]);
    expect(Math.max(...waits)).toBe(36_000);
    expect(waits.length).toBeGreaterThan(18);
    // Nobody waits for the plugin: its own timer is all there is.
    expect(plugin.status()).toMatchObject({ queued: 0, inFlight: 0 });
  });
});

describe("the first start over HTTP", () => {
  it("is tried three times, after one and after two seconds", async () => {
    const server = await HttpPlugin.start();
    const { port } = server.server;
    await server.server.stop();
    const clock = new StepClock();
    const plugin = newPlugin(httpConfig(`http://127.0.0.1:${port}/mcp`), { clock });
    const waits: number[] = [];
    plugin.on("reconnecting", ({ delayMs }) => waits.push(delayMs));
    const started = failure(plugin.initialize());
    await pass(plugin, clock, 1_000);
    await pass(plugin, clock, 3_000);
    expect(await started).toMatchObject({
      code: "CONNECT_FAILED",
      phase: "connecting",
      attempt: 3,
      message: expect.stringContaining("Please ensure the MCP server is running."),
    });
    expect(waits).toEqual([1_000, 2_000]);
    await inState(plugin, "terminated");
    // And from the beginning, with all of its attempts.
    const again = plugin.initialize();
    await inState(plugin, "reconnecting");
    await server.restart(port);
    clock.advance(1_000);
    await again;
    expect(plugin.status()).toMatchObject({ generation: 2, state: "ready.waiting" });
  });
});

it("in real time a server is back, and its plugin with it", async () => {
  const server = await HttpPlugin.start();
  const { port } = server.server;
  const plugin = newPlugin(httpConfig(server.url), { ...impatient, random: () => 0 });
  await plugin.initialize();
  await server.server.stop();
  const start = performance.now();
  void failure(call(plugin, "finds out"));
  await inState(plugin, "coolingDown");
  const called = performance.now();
  expect(await failure(call(plugin, "without"))).toMatchObject({ code: "UNAVAILABLE" });
  expect(performance.now() - called).toBeLessThan(500);
  const patient = call(plugin, "with", { waitForReady: true });
  const late = failure(call(plugin, "late", { waitForReady: true, timeoutMs: 1_000 }));
  expect(await late).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "not_processed" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await server.restart(port);
  await patient;
  expect(server.ledger.map(({ key }) => key)).toEqual(["with"]);
  expect(performance.now() - start).toBeGreaterThan(1_500);
  expect(performance.now() - start).toBeLessThan(10_000);
});

describe("waitForReady", () => {
  it("resolves when the plugin is ready, at once or through an outage", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control, { backoff: { kind: "linear", attempts: 1 } });
    const started = plugin.initialize();
    await plugin.waitForReady();
    await started;
    await plugin.waitForReady();
    control.prepare({ do: "exit", code: 1 });
    process.kill((await control.started()).pid, "SIGKILL");
    await inState(plugin, "coolingDown");
    control.prepare();
    await plugin.waitForReady({ timeoutMs: 10_000 });
    expect(plugin.status().state).toBe("ready.waiting");
  });

  it("rejects before the start, at its time, and at the abort", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control, { backoff: { kind: "linear", attempts: 0 } });
    expect(await failure(plugin.waitForReady())).toMatchObject({
      code: "NOT_STARTED",
      message: expect.stringContaining("call initialize() first"),
    });
    await plugin.initialize();
    process.kill((await control.started()).pid, "SIGKILL");
    await inState(plugin, "coolingDown");
    expect(await failure(plugin.waitForReady({ timeoutMs: 30 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: "Plugin Guard was not ready within 30 ms: it is coolingDown",
      cause: { code: "SESSION_LOST" },
    });
    const controller = new AbortController();
    const wait = failure(plugin.waitForReady({ signal: controller.signal }));
    controller.abort("why");
    expect(await wait).toMatchObject({ code: "ABORTED", cause: "why" });
    const aborted = plugin.waitForReady({ signal: controller.signal });
    expect(await failure(aborted)).toMatchObject({ code: "ABORTED", cause: "why" });
    expect(await failure(plugin.waitForReady({ timeoutMs: 0 }))).toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "timeoutMs" }],
    });
  });
});

describe("reconnect", () => {
  it("opens a new session at once, without counting as a loss", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control, { restartLimit: { losses: 1, withinMs: 60_000 } });
    await plugin.initialize();
    const states = statesOf(plugin);
    for (const generation of [2, 3, 4]) {
      await plugin.reconnect();
      expect(plugin.status()).toMatchObject({ generation, state: "ready.waiting" });
    }
    expect(states.slice(0, 5)).toEqual([
      "ready.waiting",
      "closing",
      "spawning",
      "initializing",
      "fetchingConfig",
    ]);
    expect(control.starts).toBe(4);
    expect(control.survivors).toHaveLength(1);
  });

  it("lets the calls in flight be answered first, and sends the others on the new session", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), impatient);
    await plugin.initialize();
    server.holdHooks();
    const results = ["a", "b"].map((key) => call(plugin, key));
    const request = await server.seenHook();
    const again = plugin.reconnect();
    results.push(call(plugin, "c"));
    expect(plugin.status()).toMatchObject({ state: "ready.draining", inFlight: 1 });
    server.answerHooks();
    server.answer(request);
    await again;
    await Promise.all(results);
    expect(server.ledger.map(({ key, session }) => `${key} in ${session}`)).toEqual([
      "a in session-1",
      "b in session-2",
      "c in session-2",
    ]);
    expect(server.server.of("DELETE")).toHaveLength(1);
  });

  it("starts a plugin that was not started", async () => {
    const plugin = stdioPlugin(await newControl());
    await plugin.reconnect();
    expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: 1 });
  });

  it("while cooling down looks for the plugin now", async () => {
    const server = await HttpPlugin.start();
    const { port } = server.server;
    const plugin = newPlugin(httpConfig(server.url), impatient);
    await plugin.initialize();
    await server.server.stop();
    await failure(call(plugin, "a"));
    await inState(plugin, "coolingDown");
    expect(await failure(plugin.reconnect())).toMatchObject({
      code: "UNAVAILABLE",
      cause: { code: "RECONNECT_EXHAUSTED", cause: { code: "CONNECT_FAILED" } },
    });
    expect(plugin.status().state).toBe("coolingDown");
    await server.restart(port);
    const start = performance.now();
    await plugin.reconnect();
    expect(performance.now() - start).toBeLessThan(1_000);
    await call(plugin, "b");
  });

  it("during the wait of a burst does not wait", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control, { backoff: { kind: "linear", delayMs: 60_000 } });
    await plugin.initialize();
    control.prepare({ do: "exit", code: 1 });
    const waiting = next(plugin, "reconnecting").then(() => next(plugin, "reconnecting"));
    process.kill((await control.started()).pid, "SIGKILL");
    await waiting;
    control.prepare();
    await plugin.reconnect();
    expect(plugin.status().state).toBe("ready.waiting");
  });

  it("of several is one", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    await Promise.all([plugin.reconnect(), plugin.reconnect(), plugin.reconnect()]);
    expect(plugin.status().generation).toBe(2);
    expect(control.starts).toBe(2);
  });

  it("whose new session cannot be opened goes on as after a loss", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control, { random: () => 0 });
    await plugin.initialize();
    control.prepare({ do: "exit", code: 9 });
    expect(await failure(plugin.reconnect())).toMatchObject({
      code: "UNAVAILABLE",
      exit: { code: 9, signal: null },
      cause: { code: "RECONNECT_EXHAUSTED", cause: { code: "INITIALIZE_FAILED" } },
    });
    control.prepare();
    await plugin.waitForReady();
    await call(plugin, "a");
  });
});
