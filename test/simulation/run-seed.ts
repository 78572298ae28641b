import { change } from "../../src/testing/index.ts";
import { type Simulation, simulateWatched } from "../../src/testing/simulate-plugin.ts";
import { Callers } from "./callers.ts";
import { check } from "./checker.ts";
import { Dice } from "./dice.ts";
import { type Entry, History } from "./history.ts";
import { Observer } from "./observer.ts";
import { type Bounds, type Plan, planOf } from "./plan.ts";
import { type ServedPlugins, servedPlugins } from "./served-plugin.ts";
import { noSightings, noteReplays, type Sightings } from "./sightings.ts";

export interface SeedResult {
  readonly seed: number;
  readonly hash: string;
  readonly problems: readonly string[];
  readonly sightings: Sightings;
  readonly calls: number;
  /** Faults that have struck */
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
const mostProbes = 50;
/** Longer than it may take: the checker is to see by how much */
const longRecoveryMs = 600_000;

class SeedRun {
  readonly #plan: Plan;
  readonly #history: History;
  readonly #served: ServedPlugins;
  readonly #simulation: Simulation;
  readonly #callers: Callers;
  readonly #observer: Observer;
  readonly #sightings = noSightings();
  #stopped: Promise<void> | undefined;

  constructor(seed: number, bounds: Bounds) {
    const history: History = new History(() => this.#simulation.world.clock.now());
    this.#history = history;
    const observer = new Observer(history, this.#sightings);
    this.#observer = observer;
    this.#served = servedPlugins(history, new Dice(seed + 2));
    this.#plan = planOf(seed, bounds, this.#served);
    this.#simulation = simulateWatched(
      this.#served.full,
      { ...this.#plan.settings, faults: this.#plan.cues },
      {
        onEvent: (event) => observer.happened(event),
        onSent: (text) => observer.sent(text, this.#simulation.plugin.status().generation),
      },
    );
    observer.watch(this.#simulation.plugin);
    this.#callers = new Callers(this.#simulation, history, this.#sightings);
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
      calls: this.#callers.calls,
      struck: entries.filter(({ ev }) => ev === "struck").length,
      simulatedMs: this.#simulation.world.clock.now(),
      entries,
    };
  }

  /** First anything may go wrong, then nothing does, then it is stopped. */
  async play(): Promise<void> {
    const { world } = this.#simulation;
    const callers = this.#callers;
    const { early, isLazy, startAbortMs, waitsForStart, stop } = this.#plan;
    for (const group of early) callers.call(group);
    if (startAbortMs !== undefined) this.#startInVain(startAbortMs);
    const starting = isLazy ? Promise.resolve() : this.#start();
    if (waitsForStart) await world.until(starting);
    await world.advance(this.#arrangeAll() + 1);
    await world.until(starting);
    if (stop.atMs === undefined) await this.#recover();
    this.#stop();
    await world.until(this.#stopped ?? Promise.resolve());
    await world.until(callers.settled());
    // Deadlines of calls that were answered, and timers that nobody has cancelled, come up in it.
    await world.advance(afterwardsMs);
    this.#takeStock();
  }

  /** Sets out all that the host does, and returns how long it goes on. */
  #arrangeAll(): number {
    const { groups, stop, reconnectsAtMs } = this.#plan;
    const { clock } = this.#simulation.world;
    const at = (ms: number, act: () => void): void => void clock.sleep(ms).then(act);
    for (const group of groups) at(group.atMs, () => this.#callers.call(group));
    for (const atMs of reconnectsAtMs) at(atMs, () => this.#reconnect());
    if (stop.atMs !== undefined) at(stop.atMs, () => this.#stop());
    return groups.at(-1)?.atMs ?? 0;
  }

  /** A start that its host gives up. If nobody else waits for it, it is undone. */
  #startInVain(abortMs: number): void {
    const { plugin, world } = this.#simulation;
    const abort = new AbortController();
    this.#callers.wait(plugin.initialize({ signal: abort.signal }));
    void world.clock.sleep(abortMs).then(() => abort.abort());
  }

  /** Tries until it is there, or its host gives up. */
  async #start(): Promise<void> {
    const { plugin, world } = this.#simulation;
    for (let attempt = 0; attempt < mostStarts; attempt++) {
      try {
        await plugin.initialize();
        return;
      } catch (error) {
        this.#callers.noteThrown(error);
        if (this.#stopped) return;
      }
      await world.clock.sleep(200);
    }
  }

  #reconnect(): void {
    const { plugin } = this.#simulation;
    if (plugin.status().state === "idle") return;
    this.#history.add({ ev: "reconnect" });
    this.#callers.wait(plugin.reconnect());
  }

  #stop(): void {
    if (this.#stopped) return;
    const { plugin } = this.#simulation;
    const { drainMs, againAfterMs } = this.#plan.stop;
    this.#history.add({ ev: "stop", drainMs });
    this.#stopped = plugin
      .shutdown({ drainMs })
      .then(() => this.#history.add({ ev: "stopped", how: plugin.status().state }));
    if (againAfterMs === undefined) return;
    const again = this.#simulation.world.clock.sleep(againAfterMs).then(() => plugin.shutdown());
    this.#callers.wait(again);
  }

  /** All that went wrong is over: the plugin must be there again, and everybody must get an answer. */
  async #recover(): Promise<void> {
    const { world } = this.#simulation;
    world.calm();
    world.inject(change(this.#served.full));
    this.#history.add({ ev: "calm" });
    await world.until(this.#askUntilAnswered(), longRecoveryMs);
    this.#history.add({ ev: this.#isGivenUp ? "givenUp" : "ready" });
    await world.until(this.#callers.settled(), longRecoveryMs);
    this.#history.add({ ev: "drained" });
  }

  /** A connection that was to end when its attempts are spent, and has. */
  get #isGivenUp(): boolean {
    return this.#plan.rules.mayGiveUp && this.#simulation.plugin.status().state === "terminated";
  }

  async #askUntilAnswered(): Promise<void> {
    const { plugin, world } = this.#simulation;
    for (let attempt = 0; attempt < mostProbes; attempt++) {
      const { state } = plugin.status();
      if (state === "idle" || state === "terminated") await this.#start();
      if (this.#isGivenUp) return;
      const key = `probe${attempt}`;
      const call = { hook: "tool_pre_invoke", timeoutMs: 55_000, waitForReady: true } as const;
      const rest = { padding: 0, cancelAfterMs: undefined, flaw: undefined };
      this.#callers.call({ atMs: 0, by: "plugin", calls: [{ key, ...call, ...rest }] });
      await this.#callers.settled();
      if (this.#callers.hasResult(key)) return;
      await world.clock.sleep(100);
    }
  }

  #takeStock(): void {
    const { world, plugin } = this.#simulation;
    this.#callers.noteLateMerges();
    if (this.#observer.lives <= 1) {
      const { succeeded, unknown, failed, sent, replayed } = plugin.status().stats;
      this.#history.add({ ev: "stats", succeeded, unknown, failed, sent, replayed });
    }
    const { processes, connections, calls } = world.alive;
    const { timers } = world.clock;
    this.#history.add({ ev: "left", processes, connections, calls, timers });
  }
}
