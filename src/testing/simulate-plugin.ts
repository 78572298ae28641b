import { ExternalPlugin } from "../external-plugin.ts";
import type { PluginConfigInput } from "../models/plugin-config.ts";
import type { PluginOptions } from "../options.ts";
import { definePlugin, type PluginInput } from "../server/define-plugin.ts";
import { inWorld } from "../world.ts";
import type { Cue } from "./cues.ts";
import type { Fault } from "./faults.ts";
import { seededRandom } from "./seeded-random.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import { PluginWorld, type WorldSpec } from "./simulated-world.ts";
import type { WorldEvent } from "./world-events.ts";

const largestMessage = 16 * 1_024 * 1_024;

export interface SimulationOptions {
  /** How the plugin is reached. Default `stdio` */
  readonly transport?: "stdio" | "http";
  /**
   * `sessionless`: the plugin speaks the revision of MCP that knows neither `initialize` nor sessions, and so does the
   * connection. Default `session`
   */
  readonly protocol?: "session" | "sessionless";
  /** Form of the answers over HTTP: one document, or a stream of events. Default `json` */
  readonly answers?: "json" | "stream";
  /** Time that the plugin takes for a request, in milliseconds. Default 5 */
  readonly latencyMs?: number | (() => number);
  /** Whether a hook that is cancelled ends at once, or works on to its end. Default `obeyed` */
  readonly cancellation?: "obeyed" | "ignored";
  /** Time that bytes take to the other side, in milliseconds. Default 1 */
  readonly networkMs?: number;
  /** Time that the process takes to start, or a connection to be made, in milliseconds. Default 20 */
  readonly openMs?: number;
  /** What goes wrong, and when. Default: nothing */
  readonly faults?: readonly Cue[];
  /** Shared by plugins that are to live in the same time. Default: one of its own, which begins at 0 */
  readonly clock?: SimulatedClock;
  /** Decides all that is left to chance: the same seed, the same course of events. Default 1 */
  readonly seed?: number;
  /** Options of the plugin's connection. Its clock and its random numbers are those of the simulation */
  readonly options?: Omit<PluginOptions, "clock" | "random">;
  /** Fields of the host's configuration, besides `name`, `kind` and `mcp` */
  readonly config?: Omit<PluginConfigInput, "name" | "kind" | "mcp">;
}

/** What lives outside of the host: the plugin's process or server, the pipes or the network, and time. */
export interface SimulatedWorld {
  /** Time of this world. It stands still unless `advance` or `until` lets it pass */
  readonly clock: SimulatedClock;
  /** What happened, in order */
  readonly events: readonly WorldEvent[];
  /** Processes, connections and sessions that live now, and calls that the plugin is at work on */
  readonly alive: {
    readonly processes: number;
    readonly connections: number;
    readonly sessions: number;
    readonly calls: number;
  };
  /** Lets `ms` pass, with everything that happens in them. */
  advance(ms: number): Promise<void>;
  /**
   * Lets time pass until the promise is settled, and gives or throws what it was settled with.
   *
   * @param limitMs how much time may pass. Default: an hour
   * @throws Error if the promise is still pending after that
   */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Strikes now; a fault that is about one request strikes the next call. @throws PluginError `CONFIG_INVALID` */
  inject(fault: Fault): void;
  /** Nothing goes wrong any more: what was to come is forgotten, what is frozen or refused works again. */
  calm(): void;
}

export interface Simulation {
  /** Not started yet */
  readonly plugin: ExternalPlugin;
  readonly world: SimulatedWorld;
  /** To make the connection in another way: `new ExternalPlugin(config, options)`, or `connectionInput(config, options)` */
  readonly config: PluginConfigInput;
  readonly options: PluginOptions;
}

/**
 * A plugin that is reached through a simulated process or network, in simulated time. Everything of this library runs as it
 * does in production, down to the bytes; only the world beneath is not real. So a host can be tested against a plugin that
 * dies, hangs, answers nonsense or loses its sessions on cue, in no time, and the same way each time.
 *
 * @param served the plugin on the far side, as `mcp-tether/server` serves it
 * @throws PluginError `CONFIG_INVALID` for a plugin, options or faults that are wrong
 */
export function simulatePlugin(served: PluginInput, settings: SimulationOptions = {}): Simulation {
  return simulateWatched(served, settings, {});
}

/** Who watches a world: what happens, in place of its list of events, and what the client writes. */
export type Watch = Pick<WorldSpec, "onEvent" | "onSent">;

/** As `simulatePlugin`, for a long simulation that keeps a history of its own. */
export function simulateWatched(
  served: PluginInput,
  settings: SimulationOptions,
  watch: Watch,
): Simulation {
  const { transport = "stdio", latencyMs = 5, seed = 1, faults = [] } = settings;
  const plugin = definePlugin(served);
  const clock = settings.clock ?? new SimulatedClock();
  const spec: WorldSpec = {
    ...watch,
    clock,
    plugin,
    transport,
    protocol: settings.protocol ?? "session",
    answers: settings.answers ?? "json",
    latencyMs: typeof latencyMs === "number" ? () => latencyMs : latencyMs,
    obeysCancel: settings.cancellation !== "ignored",
    networkMs: settings.networkMs ?? 1,
    openMs: settings.openMs ?? 20,
    random: seededRandom(seed),
    maxMessageBytes: settings.options?.maxMessageBytes ?? largestMessage,
  };
  const world = new PluginWorld(spec);
  for (const cue of faults) world.add(cue);
  const config: PluginConfigInput = {
    ...settings.config,
    name: plugin.name,
    kind: "external",
    mcp:
      transport === "stdio"
        ? { proto: "STDIO", cmd: ["simulated"] }
        : { proto: "STREAMABLEHTTP", url: "http://plugin.simulated/mcp" },
  };
  // Numbers of its own: what the plugin does must not change with how often its host asks for one.
  const options = inWorld(
    { ...settings.options, clock, random: seededRandom(seed + 1) },
    world.port,
  );
  return {
    plugin: new ExternalPlugin(config, options),
    world: viewOf(world, clock),
    config,
    options,
  };
}

function viewOf(world: PluginWorld, clock: SimulatedClock): SimulatedWorld {
  return {
    clock,
    get events() {
      return world.events;
    },
    get alive() {
      const { processes, connections, sessions, running: calls } = world;
      return { processes, connections, sessions, calls };
    },
    advance: (ms) => clock.advance(ms),
    until: (promise, limitMs) => clock.until(promise, limitMs),
    inject: (fault) => world.inject(fault),
    calm: () => world.calm(),
  };
}
