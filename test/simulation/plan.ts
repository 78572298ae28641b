import type { PluginOptions } from "../../src/index.ts";
import type { Cue } from "../../src/testing/index.ts";
import type { SimulationOptions } from "../../src/testing/simulate-plugin.ts";
import { Dice } from "./dice.ts";
import { planFaults } from "./fault-plan.ts";
import type { Rules } from "./history.ts";
import type { ServedPlugins } from "./served-plugin.ts";

export interface Bounds {
  readonly calls: number;
  readonly faults: number;
}

/** What a host does wrong with a call, so that it never gets anywhere. */
export type Flaw = "bigint" | "timeout" | "hook" | "aborted";

export interface PlannedCall {
  readonly key: string;
  readonly hook: "tool_pre_invoke" | "prompt_pre_fetch";
  readonly timeoutMs: number;
  readonly waitForReady: boolean;
  /** Of the payload, besides the rest */
  readonly padding: number;
  readonly cancelAfterMs: number | undefined;
  readonly flaw: Flaw | undefined;
}

/** Calls that are made together: as a host makes them, or as an actor does. */
export interface CallGroup {
  readonly atMs: number;
  readonly by: "plugin" | "actor";
  readonly calls: readonly PlannedCall[];
}

/** All that a seed decides before anything happens. */
export interface Plan {
  readonly rules: Rules;
  readonly settings: SimulationOptions;
  readonly cues: readonly Cue[];
  readonly groups: readonly CallGroup[];
  /** Calls before the start */
  readonly early: readonly CallGroup[];
  /** Whether the others come after the start, or also during it */
  readonly waitsForStart: boolean;
  readonly isLazy: boolean;
  /** When the host changes its mind about the first start */
  readonly startAbortMs: number | undefined;
  /** The host asks for a new session */
  readonly reconnectsAtMs: readonly number[];
  readonly stop: {
    readonly atMs: number | undefined;
    readonly drainMs: number;
    /** When the draining is cut short */
    readonly againAfterMs: number | undefined;
  };
}

export function planOf(seed: number, bounds: Bounds, served: ServedPlugins): Plan {
  const dice = new Dice(seed);
  const transport = dice.chance(0.5) ? "stdio" : "http";
  const options = planOptions(dice);
  const groups = planGroups(dice, bounds.calls);
  const spanMs = groups.at(-1)?.atMs ?? 0;
  const { maxInFlight = 1, replay = "provable", stopGraceMs = 1_500 } = options;
  const cues = planFaults(dice, { ...bounds, transport, spanMs, served });
  const latencyMs = dice.pick([1, 5, 30]);
  const split = dice.chance(0.15) ? 1 : 0;
  const latency = new Dice(seed + 1);
  return {
    rules: {
      seed,
      transport,
      maxInFlight,
      replay,
      mayGiveUp: options.onExhausted === "terminate",
      idleTimeoutMs: options.idleTimeoutMs ?? Number.POSITIVE_INFINITY,
      stopLimitMs: 3 * stopGraceMs + 2_000,
    },
    settings: {
      transport,
      protocol: dice.chance(0.1) ? "sessionless" : "session",
      answers: dice.pick(["json", "stream"]),
      latencyMs: () => Math.min(latency.gap(latencyMs), 300),
      cancellation: dice.pick(["obeyed", "ignored"]),
      networkMs: dice.pick([0, 1, 4]),
      openMs: dice.pick([1, 30, 120]),
      seed,
      options,
      config: {},
    },
    cues,
    early: groups.slice(0, split),
    groups: groups.slice(split),
    waitsForStart: dice.chance(0.75),
    isLazy: options.lazy ?? false,
    startAbortMs: dice.chance(0.1) ? dice.whole(0, 150) : undefined,
    reconnectsAtMs: Array.from({ length: dice.whole(0, 3) }, () => dice.whole(0, spanMs)),
    stop: {
      atMs: dice.chance(0.1) ? dice.whole(0, dice.pick([100, spanMs])) : undefined,
      drainMs: dice.pick([0, 0, 200, 3_000]),
      againAfterMs: dice.chance(0.3) ? dice.whole(0, 100) : undefined,
    },
  };
}

function planOptions(dice: Dice): PluginOptions {
  const idleTimeoutMs = dice.pick([undefined, undefined, 40, 500]);
  return {
    maxInFlight: dice.pick([1, 1, 2, 4]),
    maxQueue: dice.pick([12, 60, 1_000]),
    maxMessageBytes: 65_536,
    timeouts: {
      openMs: dice.pick([400, 10_000]),
      initializeMs: dice.pick([300, 3_000]),
      fetchConfigMs: dice.pick([300, 3_000]),
    },
    startAttempts: dice.pick([1, 3]),
    backoff: {
      kind: dice.pick(["linear", "exponential"]),
      attempts: dice.whole(0, 3),
      delayMs: dice.pick([20, 400]),
      maxMs: 2_000,
    },
    restartLimit: { losses: dice.pick([1, 2, 5]), withinMs: dice.pick([500, 10_000]) },
    stableAfterMs: dice.pick([50, 1_000, 10_000]),
    onExhausted: dice.chance(0.04) ? "terminate" : "coolDown",
    stopGraceMs: dice.pick([100, 1_500]),
    abandonGraceMs: dice.pick([100, 2_000]),
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    lazy: dice.chance(0.15),
    replay: dice.pick(["provable", "once", "never"]),
    configUpdates: dice.pick(["pin", "accept"]),
    ...(dice.chance(0.3) && { headers: async () => ({ authorization: "Bearer simulated" }) }),
  };
}

function planGroups(dice: Dice, calls: number): CallGroup[] {
  const groups: CallGroup[] = [];
  const isHeavy = dice.chance(0.1);
  // Of these the first is more than most plugins can take.
  const meanGapMs = dice.pick([15, 60, 200]);
  const timeouts = dice.pick([
    [300, 3_000],
    [30, 10_000],
  ]);
  let atMs = 0;
  let made = 0;
  while (made < calls) {
    atMs += dice.gap(meanGapMs);
    const size = Math.min(calls - made, dice.chance(0.04) ? dice.whole(5, 25) : dice.whole(1, 2));
    const by = dice.chance(0.25) ? "actor" : "plugin";
    const group = Array.from({ length: size }, (_, index) =>
      planCall(dice, `c${made + index}`, by, timeouts, isHeavy),
    );
    made += size;
    groups.push({ atMs, by, calls: group });
  }
  return groups;
}

function planCall(
  dice: Dice,
  key: string,
  by: "plugin" | "actor",
  [shortMs = 30, longMs = 10_000]: readonly number[],
  isHeavy: boolean,
): PlannedCall {
  return {
    key,
    hook: dice.chance(0.2) ? "prompt_pre_fetch" : "tool_pre_invoke",
    timeoutMs: dice.chance(0.2) ? shortMs : longMs,
    waitForReady: dice.chance(0.2),
    padding: isHeavy && dice.chance(0.5) ? 30_000 : 0,
    cancelAfterMs: dice.chance(0.08) ? dice.whole(0, 60) : undefined,
    flaw:
      by === "plugin" && dice.chance(0.01)
        ? dice.pick(["bigint", "timeout", "hook", "aborted"])
        : undefined,
  };
}
