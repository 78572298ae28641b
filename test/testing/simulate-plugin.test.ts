import { describe, expect, test } from "vitest";
import { createActor } from "xstate";
import { allow, definePlugin } from "../../src/server/index.ts";
import {
  at,
  cut,
  die,
  hang,
  loseSession,
  onCall,
  onCallAfter,
  onOpen,
  rpcError,
  SimulatedClock,
  simulatePlugin,
  status,
  withChance,
} from "../../src/testing/index.ts";
import { connectionInput, createHookRequest, pluginConnectionLogic } from "../../src/xstate.ts";
import { ask, fail, guard, newContext, start } from "./support/guard.ts";

describe.each(["stdio", "http"] as const)("over %s", (transport) => {
  test("a plugin is started, called, and stopped, and nothing is left", async () => {
    const { plugin, world } = guard({ transport });
    expect(plugin.status().state).toBe("idle");
    await world.until(plugin.initialize());
    const context = newContext();
    const call = plugin.invokeHook("tool_pre_invoke", { name: "search" }, context);
    expect(await world.until(call)).toMatchObject({ continue_processing: true });
    expect(context.state).toEqual({ count: 1 });
    expect(world.alive).toEqual({
      processes: transport === "stdio" ? 1 : 0,
      connections: transport === "http" ? 1 : 0,
      sessions: transport === "http" ? 1 : 0,
      calls: 0,
    });
    await world.until(plugin.shutdown());
    expect(world.alive).toEqual({ processes: 0, connections: 0, sessions: 0, calls: 0 });
    await world.advance(60_000);
    expect(world.clock.timers).toBe(0);
  });

  test("without sessions: the same states, with no handshake and no session id", async () => {
    const faults = [onCall(2, die()), onCall(5, cut({ moment: "running" }))];
    const simulation = guard({ transport, protocol: "sessionless", faults });
    const { plugin, world } = simulation;
    const states: string[] = [];
    plugin.on("stateChange", ({ to }) => states.push(to));
    await world.until(plugin.initialize());
    const opening = transport === "stdio" ? "spawning" : "connecting";
    expect(states).toEqual([opening, "initializing", "fetchingConfig", "ready.waiting"]);
    expect(plugin.status()).toMatchObject({
      protocolVersion: "2026-07-28",
      serverInfo: { name: "MCP Plugin Server" },
      sessionId: null,
    });
    expect(await ask(simulation)).toBe("allowed");
    expect(await ask(simulation)).toBe("SESSION_LOST unknown");
    expect(await ask(simulation)).toBe("allowed");
    expect(await ask(simulation)).toBe("allowed");
    expect(await ask(simulation)).toBe("SESSION_LOST unknown");
    expect(await ask(simulation)).toBe("allowed");
    expect(plugin.status().generation).toBe(3);
    await world.until(plugin.shutdown());
    expect(world.events.filter(({ type }) => type === "started")).toHaveLength(6);
    expect(world.events.some((event) => "what" in event && event.what === "session")).toBe(false);
    expect(world.alive).toEqual({ processes: 0, connections: 0, sessions: 0, calls: 0 });
  });
});

test("answers may also come as streams of events", async () => {
  const simulation = await start({ transport: "http", answers: "stream" });
  expect(await ask(simulation)).toBe("allowed");
});

test("the course of events is the same for the same seed, and another one for another", async () => {
  const course = async (seed: number): Promise<unknown> => {
    const faults = [withChance(0.2, die()), withChance(0.1, rpcError())];
    const simulation = await start({ seed, faults });
    const answers: string[] = [];
    for (let call = 0; call < 30; call++) {
      answers.push(await ask(simulation));
      await simulation.world.advance(500);
    }
    return { answers, events: simulation.world.events };
  };
  const first = await course(1);
  expect(await course(1)).toEqual(first);
  expect(await course(2)).not.toEqual(first);
});

test("what happened can be read, with times", async () => {
  const { plugin, world } = await start({
    latencyMs: 10,
    networkMs: 2,
    openMs: 100,
    faults: [onCall(1, die({ signal: "SIGSEGV" }))],
  });
  const from = world.clock.now();
  const options = { idempotencyKey: "k1" };
  const call = plugin.invokeHook("tool_pre_invoke", { name: "search" }, newContext(), options);
  await fail(world.until(call));
  const events = world.events.filter(({ atMs }) => atMs >= from);
  expect(events.slice(0, 4)).toEqual([
    { atMs: from + 2, type: "struck", fault: "die", lastsMs: 0 },
    {
      atMs: from + 2,
      type: "started",
      run: 1,
      via: 1,
      hookType: "tool_pre_invoke",
      idempotencyKey: "k1",
      attempt: 1,
    },
    { atMs: from + 7, type: "closed", what: "process", id: 1 },
    { atMs: from + 7, type: "ended", run: 1, how: "died" },
  ]);
});

test("a fault can strike at a time, or the first call after it", async () => {
  const simulation = await start({ faults: [at(1_000, die()), onCallAfter(5_000, rpcError())] });
  const { plugin, world } = simulation;
  await world.advance(1_000);
  expect(plugin.status().generation).toBe(2);
  expect(await ask(simulation)).toBe("allowed");
  await world.advance(10_000);
  expect(await ask(simulation)).toBe("RPC_ERROR answered");
  expect(await ask(simulation)).toBe("allowed");
});

test("a fault can be injected: at once if it is of the plugin, at the next call if it is of a call", async () => {
  const simulation = await start({ transport: "http" });
  const { plugin, world } = simulation;
  world.inject(loseSession());
  expect(world.alive.sessions).toBe(0);
  expect(await ask(simulation)).toBe("allowed");
  expect(plugin.status().generation).toBe(2);
  world.inject(status(500));
  expect(await ask(simulation)).toBe("HTTP_STATUS unknown");
  world.inject(cut());
  await world.advance(10);
  expect(await ask(simulation)).toBe("allowed");
});

test("in a calm world nothing goes wrong any more", async () => {
  const faults = [withChance(1, rpcError()), at(50_000, die()), onOpen(2, hang())];
  const simulation = await start({ faults });
  const { plugin, world } = simulation;
  expect(await ask(simulation)).toBe("RPC_ERROR answered");
  world.calm();
  expect(await ask(simulation)).toBe("allowed");
  await world.advance(100_000);
  await world.until(plugin.reconnect());
  expect(plugin.status().generation).toBe(2);
});

test("a hook may take simulated time, and see that its caller has gone", async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const { plugin, world } = simulatePlugin(
    {
      name: "Slow",
      hooks: {
        tool_pre_invoke: async (_, __, { signal }) => {
          signal.addEventListener("abort", () => seen.push(`aborted at ${clock.now()}`));
          await clock.sleep(5_000);
          return allow();
        },
      },
    },
    { clock, openMs: 0, networkMs: 0, latencyMs: 0 },
  );
  await world.until(plugin.initialize());
  const options = { timeoutMs: 1_000 };
  const call = plugin.invokeHook("tool_pre_invoke", { name: "x" }, newContext(), options);
  expect(await fail(world.until(call))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  await world.advance(100);
  expect(seen).toEqual(["aborted at 1000"]);
});

test("plugins can live in the same time", async () => {
  const clock = new SimulatedClock();
  const one = guard({ clock, openMs: 10 });
  const other = guard({ clock, transport: "http", openMs: 30 });
  await clock.until(Promise.all([one.plugin.initialize(), other.plugin.initialize()]));
  expect(one.world.clock.now()).toBe(other.world.clock.now());
  expect(await Promise.all([ask(one), ask(other)])).toEqual(["allowed", "allowed"]);
});

test("whoever makes the connection in another way gets the same world", async () => {
  const { config, options, world } = guard({ faults: [onCall(1, die())] });
  const input = connectionInput(config, options);
  const actor = createActor(pluginConnectionLogic, { input, clock: world.clock });
  actor.start();
  actor.send({ type: "plugin.start" });
  const request = createHookRequest("tool_pre_invoke", { name: "x" }, newContext(), {
    clock: world.clock,
  });
  actor.send({ type: "hook.invoke", requests: [request] });
  expect(await fail(world.until(request.result))).toMatchObject({ code: "SESSION_LOST" });
  await world.advance(1_000);
  expect(actor.getSnapshot().value).toEqual({ ready: "waiting" });
  const stopped = new Promise<void>((resolve) => actor.subscribe({ complete: resolve }));
  actor.send({ type: "plugin.stop" });
  await world.until(stopped);
  expect(world.alive.processes).toBe(0);
});

test("the host's configuration and options are those of a simulation only where they must be", async () => {
  const { plugin, config, world } = guard({
    config: { priority: 7, description: "the host's own" },
    options: { maxInFlight: 3 },
  });
  expect(config).toMatchObject({ name: "Guard", kind: "external", priority: 7 });
  await world.until(plugin.initialize());
  expect(plugin.config).toMatchObject({ priority: 7, description: "the host's own" });
});

test("what is wrong with a plugin or its options is said at once", () => {
  const simulate = (): unknown => simulatePlugin({ name: " ", hooks: {} });
  expect(simulate).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => guard({ options: { maxInFlight: 0 } })).toThrow(/maxInFlight/);
});

test("a plugin definition that is served can be simulated", async () => {
  const served = definePlugin({ name: "Guard", hooks: { tool_pre_invoke: () => allow() } });
  const { plugin, world } = simulatePlugin(served);
  await world.until(plugin.initialize());
  expect(await ask({ plugin, world })).toBe("allowed");
});
