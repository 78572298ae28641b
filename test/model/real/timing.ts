import type { ConnectionContext } from "../../../machines/index.ts";
import type { PluginOptions } from "../../../src/options.ts";
import type { ModelMove } from "../model.ts";
import type { RealPath, RealStep } from "./paths.ts";

const kinds = [
  "open",
  "initialize",
  "fetchConfig",
  "stable",
  "drain",
  "close",
  "idle",
  "abandon",
] as const;

type Kind = (typeof kinds)[number];

const kindOfType: Readonly<Record<string, Kind>> = {
  "after openTimeout": "open",
  "after initializeTimeout": "initialize",
  "after fetchConfigTimeout": "fetchConfig",
  "after stableTime": "stable",
  "after drainLimit": "drain",
  "after closeLimit": "close",
  "after stopLimit": "close",
  "plugin.idled": "idle",
  "hooks.overdue": "abandon",
};

const delayOf = (type: string): string => type.replace(/^xstate\.after\.(\w+)\..*/, "after $1");

/** Nothing that is to stay pending comes to its end within a path. */
const neverMs = 1_900_000_000;

/**
 * The times of a connection that is led along a path. What ends a wait there is due soon, and what comes first is due first;
 * all else is due never. So time can pass as it does in reality, up to the next timer, and no timer comes between.
 */
export class Timing {
  readonly #path: RealPath;
  readonly #ms: Readonly<Record<Kind, number>>;

  constructor(path: RealPath) {
    this.#path = path;
    const ending = path.steps.flatMap(({ move }) => kindOfType[delayOf(move.type)] ?? []);
    const order = [...new Set(ending)];
    const entries = kinds.map((kind, n): [Kind, number] => {
      const place = order.indexOf(kind);
      // No two are the same, nor any that is fixed elsewhere.
      return [kind, place < 0 ? 1_000_000 + 10_000 * n : 111 * (place + 1)];
    });
    this.#ms = Object.fromEntries(entries) as Record<Kind, number>;
  }

  get options(): PluginOptions {
    const { open, initialize, fetchConfig, stable, drain, close, idle, abandon } = this.#ms;
    const { idleTimeoutMs, restartLimit } = this.#path.bounds.options;
    return {
      timeouts: {
        openMs: open,
        initializeMs: initialize,
        fetchConfigMs: fetchConfig,
        callMs: drain,
      },
      stableAfterMs: stable,
      stopGraceMs: close,
      abandonGraceMs: abandon,
      ...(idleTimeoutMs !== undefined && { idleTimeoutMs: idle }),
      ...(restartLimit && { restartLimit: { ...restartLimit, withinMs: neverMs } }),
    };
  }

  /** Of a stop that drains */
  get drainMs(): number {
    return this.#ms.drain;
  }

  /** Of each step by which a process is ended */
  get graceMs(): number {
    return this.#ms.close;
  }

  /** The time that a call has which comes with step `at`: over with the step that says so, if there is one. */
  timeoutMs(id: number, at: number): number {
    const { steps } = this.#path;
    const end = steps.findIndex(({ move }) => move.label === `expire ${id}`);
    if (end < 0) return neverMs;
    return steps.slice(at, end).reduce((sum, step) => sum + this.#passing(step), 10);
  }

  /** At most so much time passes in a step. */
  #passing(step: RealStep): number {
    const { type, label } = step.move;
    if (label.startsWith("expire")) return 10;
    const ms = step.from.waits[type] ?? 0;
    const kind = kindOfType[delayOf(type)];
    if (kind === undefined) return ms;
    return kind === "close" ? 2 * this.#ms.close + 2_000 : Math.max(this.#ms[kind], lossMs);
  }
}

const lossMs = 1_000;

/** For how long the timer of a delay was set, in a connection with these settings. */
export function waitOf(type: string, { settings, link, drainMs }: ConnectionContext): number {
  switch (delayOf(type)) {
    case "after openTimeout":
      return settings.openMs;
    case "after initializeTimeout":
      return settings.initializeMs;
    case "after fetchConfigTimeout":
      return settings.fetchConfigMs;
    case "after stableTime":
      return settings.stableAfterMs;
    case "after drainLimit":
      return drainMs;
    case "after closeLimit":
    case "after stopLimit":
      return settings.stopLimitMs;
    default:
      return link.waitMs;
  }
}

/** Whether a move is that a time is over. */
export const isPassing = ({ type }: ModelMove): boolean =>
  delayOf(type) in kindOfType || type === "hooks.expired" || type.startsWith("xstate.after.");
