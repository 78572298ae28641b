import { type ExternalPlugin, PluginError } from "../../src/index.ts";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import { change } from "../../src/testing/index.ts";
import { type Simulation, simulateWatched } from "../../src/testing/simulate-plugin.ts";
import type { WorldEvent } from "../../src/testing/world-events.ts";
import { createHookRequest } from "../../src/xstate.ts";
import { check } from "./checker.ts";
import { Dice } from "./dice.ts";
import { type Entry, History } from "./history.ts";
import { type Bounds, type CallGroup, type Plan, type PlannedCall, planOf } from "./plan.ts";
import { type ServedPlugins, servedPlugins } from "./served-plugin.ts";
import { noSightings, note, noteError, noteReplays, type Sightings } from "./sightings.ts";

export interface SeedResult {
  readonly seed: number;
  readonly hash: string;
  readonly problems: readonly string[];
  readonly sightings: Sightings;
  readonly calls: number;
  readonly struck: number;
  readonly simulatedMs: number;
  readonly entries: readonly Entry[];
}

/** One course of events, and its judgement. */
export async function runSeed(seed: number, bounds: Bounds): Promise<SeedResult> {
  const run = new SeedRun(seed, bounds);
  await run.play();
  return run.result();
}

const afterwardsMs = 120_000;
const mostStarts = 6;
/** Longer than it may take: the checker is to see by how much */
const longRecoveryMs = 600_000;

class SeedRun {
  readonly #plan: Plan;
  readonly #history: History;
  readonly #served: ServedPlugins;
  readonly #simulation: Simulation;
  readonly #sightings = noSightings();
  readonly #pending = new Set<Promise<void>>();
  readonly #contexts = new Map<string, PluginContext>();
  readonly #merged = new Set<string>();
  /** Connections so far: after a start that has failed, the next one is another */
  #lives = 0;
  #calls = 0;
  #stopped: Promise<void> | undefined;

  constructor(seed: number, bounds: Bounds) {
    const history: History = new History(() => this.#simulation.world.clock.now());
    this.#history = history;
    this.#served = servedPlugins(history, new Dice(seed + 2));
    this.#plan = planOf(seed, bounds, () => this.#served);
    this.#simulation = simulateWatched(
      this.#served.full,
      { ...this.#plan.settings, faults: this.#plan.cues },
      { onEvent: (event) => this.#noteEvent(event), onSent: (text) => this.#noteSent(text) },
    );
    this.#watch(this.#simulation.plugin);
  }

  result(): SeedResult {
    const { rules } = this.#plan;
    const { entries } = this.#history;
    noteReplays(this.#sightings, rules, entries);
    return {
      seed: rules.seed,
      hash: this.#history.hash(),
      problems: check(rules, entries),
      sightings: this.#sightings,
      calls: this.#calls,
      struck: entries.filter(({ ev }) => ev === "struck").length,
      simulatedMs: this.#simulation.world.clock.now(),
      entries,
    };
  }

  /** First anything may go wrong, then nothing does, then it is stopped. */
  async play(): Promise<void> {
    const { world } = this.#simulation;
    const { early, groups, isLazy, waitsForStart, stop, reconnectsAtMs } = this.#plan;
    for (const group of early) this.#call(group);
    const starting = isLazy ? Promise.resolve() : this.#start();
    if (waitsForStart) await world.until(starting);
    const from = world.clock.now();
    const at = (ms: number, act: () => void): void => {
      void world.clock.sleep(from + ms - world.clock.now()).then(act);
    };
    for (const group of groups) at(group.atMs, () => this.#call(group));
    for (const atMs of reconnectsAtMs) at(atMs, () => this.#reconnect());
    if (stop.atMs !== undefined) at(stop.atMs, () => this.#stop());
    await world.advance((groups.at(-1)?.atMs ?? 0) + 1);
    await world.until(starting);

    if (stop.atMs === undefined) await this.#recover();
    this.#stop();
    await world.until(this.#stopped ?? Promise.resolve());
    await world.until(this.#settled());
    // Deadlines of calls that were answered, and timers that nobody has cancelled, come up in it.
    await world.advance(afterwardsMs);
    this.#takeStock();
  }

  /** Tries until it is there, or its host gives up. */
  async #start(): Promise<void> {
    const { plugin, world } = this.#simulation;
    for (let attempt = 0; attempt < mostStarts; attempt++) {
      try {
        await plugin.initialize();
        return;
      } catch (error) {
        this.#noteThrown(error);
        if (this.#stopped) return;
      }
      await world.clock.sleep(200);
    }
  }

  #reconnect(): void {
    if (this.#simulation.plugin.status().state === "idle") return;
    this.#history.add({ ev: "reconnect" });
    const reconnected = this.#simulation.plugin.reconnect();
    this.#await(reconnected.catch((error) => void this.#noteThrown(error)));
  }

  #stop(): void {
    if (this.#stopped) return;
    const { drainMs } = this.#plan.stop;
    this.#history.add({ ev: "stop", drainMs });
    const { plugin } = this.#simulation;
    this.#stopped = plugin
      .shutdown({ drainMs })
      .then(() => this.#history.add({ ev: "stopped", how: plugin.status().state }));
  }

  /** All that went wrong is over: the plugin must be there again, and everybody must get an answer. */
  async #recover(): Promise<void> {
    const { world, plugin } = this.#simulation;
    world.calm();
    world.inject(change(this.#served.full));
    this.#history.add({ ev: "calm" });
    await world.until(this.#askUntilAnswered(), longRecoveryMs);
    this.#history.add({ ev: this.#isGivenUp ? "givenUp" : "ready" });
    await world.until(this.#settled(), longRecoveryMs);
    this.#history.add({ ev: "drained" });
    this.#noteState(plugin.status().state);
  }

  /** A connection that was to end when its attempts are spent, and has. */
  get #isGivenUp(): boolean {
    const { plugin, options } = this.#simulation;
    return options.onExhausted === "terminate" && plugin.status().state === "terminated";
  }

  async #askUntilAnswered(): Promise<void> {
    const { plugin, world } = this.#simulation;
    for (let attempt = 0; attempt < 50; attempt++) {
      const { state } = plugin.status();
      if (state === "idle" || state === "terminated") await this.#start();
      if (this.#isGivenUp) return;
      const key = `probe${attempt}`;
      const call = { key, hook: "tool_pre_invoke", timeoutMs: 55_000, waitForReady: true } as const;
      const rest = { padding: 0, cancelAfterMs: undefined, flaw: undefined };
      this.#call({ atMs: 0, by: "plugin", calls: [{ ...call, ...rest }] });
      await this.#settled();
      if (this.#merged.has(key)) return;
      await world.clock.sleep(100);
    }
  }

  async #settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #call({ by: planned, calls }: CallGroup): void {
    const by = this.#hasActor ? planned : "plugin";
    for (const call of calls) {
      this.#calls += 1;
      const { key, timeoutMs } = call;
      this.#history.add({ ev: "invoke", key, by, timeoutMs });
      this.#contexts.set(key, newContext(key));
    }
    if (by === "plugin") for (const call of calls) this.#invoke(call);
    else this.#send(calls);
  }

  /** One that has ended takes nothing any more, and XState warns of whoever tries. */
  get #hasActor(): boolean {
    return this.#simulation.plugin.actor.getSnapshot().status === "active";
  }

  #invoke(call: PlannedCall): void {
    const { key, waitForReady, flaw, cancelAfterMs } = call;
    const abort = new AbortController();
    if (flaw === "aborted") abort.abort();
    const result = this.#simulation.plugin.invokeHook(
      flaw === "hook" ? ("no_such_hook" as "tool_pre_invoke") : call.hook,
      payloadOf(call) as never,
      this.#contextOf(key),
      {
        signal: abort.signal,
        timeoutMs: flaw === "timeout" ? Number.POSITIVE_INFINITY : call.timeoutMs,
        waitForReady,
        idempotencyKey: key,
      },
    );
    this.#settle(key, result);
    if (cancelAfterMs !== undefined) this.#later(cancelAfterMs, key, () => abort.abort());
  }

  /** As a parent machine does it: requests in one event, each with somebody to be told of its end. */
  #send(calls: readonly PlannedCall[]): void {
    const { plugin, world } = this.#simulation;
    const requests = calls.map((call) => {
      const { key, timeoutMs, waitForReady } = call;
      const request = createHookRequest(call.hook, payloadOf(call) as never, this.#contextOf(key), {
        timeoutMs,
        waitForReady,
        idempotencyKey: key,
        clock: world.clock,
        pluginName: plugin.name,
        replyTo: {
          send: ({ status, code = "" }) => this.#history.add({ ev: "told", key, status, code }),
        },
      });
      this.#settle(key, request.result);
      return { call, request };
    });
    plugin.actor.send({ type: "hook.invoke", requests: requests.map(({ request }) => request) });
    for (const { call, request } of requests) {
      const { key, cancelAfterMs } = call;
      if (cancelAfterMs === undefined) continue;
      this.#later(cancelAfterMs, key, () =>
        this.#hasActor ? plugin.actor.send({ type: "hook.cancel", ids: [request.id] }) : undefined,
      );
    }
  }

  #later(ms: number, key: string, cancel: () => void): void {
    void this.#simulation.world.clock.sleep(ms).then(() => {
      this.#history.add({ ev: "cancel", key });
      cancel();
    });
  }

  #settle(key: string, result: Promise<{ continue_processing: boolean; metadata: unknown }>): void {
    const settled = result.then(
      ({ continue_processing: allows, metadata }) =>
        this.#history.add({ ev: "ok", key, allows, stamp: stampOf(metadata) }),
      (error: unknown) => {
        const { code, outcome = "" } = this.#noteThrown(error);
        const ev = outcome === "unknown" ? "unknown" : "fail";
        this.#history.add({ ev, key, code, outcome });
      },
    );
    this.#await(settled.then(() => this.#noteMerge(key)));
  }

  #await(promise: Promise<void>): void {
    this.#pending.add(promise);
    void promise.finally(() => this.#pending.delete(promise));
  }

  #contextOf(key: string): PluginContext {
    return this.#contexts.get(key) ?? newContext(key);
  }

  /** Whether the context of a call is another one than it was. */
  #noteMerge(key: string): void {
    const { state, metadata, global_context } = this.#contextOf(key);
    const stamps = [state, metadata, global_context.state].map(stampOf);
    if (stamps.every((stamp) => stamp === "")) return;
    if (this.#merged.has(`${key} ${stamps}`)) return;
    this.#merged.add(key).add(`${key} ${stamps}`);
    this.#history.add({ ev: "merge", key, stamps });
  }

  #noteThrown(error: unknown): PluginError {
    if (!PluginError.is(error)) throw error;
    noteError(this.#sightings, error);
    return error;
  }

  #noteSent(text: string): void {
    const { generation: gen } = this.#simulation.plugin.status();
    for (const [, key = "", attempt] of text.matchAll(marks))
      this.#history.add({
        ev: attempt === "1" ? "send" : "retry",
        key,
        attempt: Number(attempt),
        gen,
      });
  }

  #noteEvent(event: WorldEvent): void {
    const history = this.#history;
    switch (event.type) {
      case "opened":
      case "closed":
        history.add({ ev: event.type, what: event.what, id: event.id });
        break;
      case "started": {
        const { run, attempt, idempotencyKey } = event;
        history.add({ ev: "begun", run, key: idempotencyKey ?? "", attempt });
        break;
      }
      case "ended":
        history.add({ ev: "over", run: event.run, how: event.how });
        break;
      case "struck":
        note(this.#sightings.faults, event.fault);
        history.add({ ev: "struck", fault: event.fault, lastsMs: event.lastsMs });
    }
  }

  #noteState(state: string): void {
    note(this.#sightings.states, state);
  }

  #watch(plugin: ExternalPlugin): void {
    plugin.on("stateChange", ({ from, to, generation }) => {
      this.#noteState(from);
      this.#noteState(to);
      if (from === "idle") this.#lives += 1;
      const life = this.#lives;
      this.#history.add({ ev: "state", state: to, gen: generation, life });
    });
    const causes = ["reconnecting", "coolingDown"] as const;
    for (const event of causes)
      plugin.on(event, ({ cause }) => cause && noteError(this.#sightings, cause));
    plugin.on("terminated", ({ error }) => error && noteError(this.#sightings, error));
  }

  #takeStock(): void {
    const { world, plugin } = this.#simulation;
    for (const key of this.#contexts.keys()) this.#noteMerge(key);
    const { processes, connections, calls } = world.alive;
    const { timers } = world.clock;
    if (this.#lives <= 1) {
      const { succeeded, unknown, failed, sent, replayed } = plugin.status().stats;
      this.#history.add({ ev: "stats", succeeded, unknown, failed, sent, replayed });
    }
    this.#history.add({ ev: "left", processes, connections, calls, timers });
  }
}

const marks = /"mcp-tether\/idempotencyKey":"([^"]+)","mcp-tether\/attempt":(\d)/g;

function newContext(key: string): PluginContext {
  return {
    state: {},
    metadata: {},
    global_context: { request_id: key, state: {}, metadata: {} },
  };
}

function payloadOf({ key, hook, padding, flaw }: PlannedCall): object {
  if (hook === "prompt_pre_fetch") return { prompt_id: key, args: { pad: "x".repeat(padding) } };
  const args = { pad: "x".repeat(padding), ...(flaw === "bigint" && { one: 1n }) };
  return { name: key, args };
}

function stampOf(value: unknown): string {
  const { stamp }: { stamp?: unknown } = Object(value);
  return typeof stamp === "string" ? stamp : "";
}
