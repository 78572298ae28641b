import { PluginError } from "../../../src/index.ts";
import type { PluginContext } from "../../../src/models/plugin-context.ts";
import { allow } from "../../../src/server/index.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulatePlugin,
} from "../../../src/testing/index.ts";

/** A plugin that allows everything, and counts in the context. */
export function guard(settings: SimulationOptions = {}): Simulation {
  return simulatePlugin(
    {
      name: "Guard",
      hooks: {
        tool_pre_invoke: (_, context) => {
          const { count = 0 } = context.state;
          context.state = { count: Number(count) + 1 };
          return allow();
        },
      },
    },
    settings,
  );
}

export async function start(settings: SimulationOptions = {}): Promise<Simulation> {
  const simulation = guard(settings);
  await simulation.world.until(simulation.plugin.initialize());
  return simulation;
}

export function newContext(): PluginContext {
  return {
    state: {},
    metadata: {},
    global_context: { request_id: "r1", state: {}, metadata: {} },
  };
}

/** What a call comes to, in words. */
export async function ask({
  plugin,
  world,
}: Pick<Simulation, "plugin" | "world">): Promise<string> {
  try {
    const call = plugin.invokeHook("tool_pre_invoke", { name: "search" }, newContext());
    const result = await world.until(call);
    return result.continue_processing ? "allowed" : "blocked";
  } catch (error) {
    if (PluginError.is(error)) return `${error.code} ${error.outcome}`;
    throw error;
  }
}

export async function fail(promise: Promise<unknown>): Promise<PluginError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (PluginError.is(error)) return error;
  throw new Error("a PluginError was expected", { cause: error });
}
