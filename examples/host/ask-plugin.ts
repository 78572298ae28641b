import {
  ExternalPlugin,
  type HookPayloads,
  type HookResults,
  type HookType,
  type PluginContext,
  PluginError,
  type PluginErrorModel,
} from "mcp-tether";
import type { HostPlugin } from "mcp-tether/host";

export interface Question {
  readonly hook: HookType;
  readonly payload: object;
  readonly context: PluginContext;
  readonly signal: AbortSignal;
}

interface Common {
  readonly plugin: string;
  /** The lowest is the first that a host would ask */
  readonly priority: number;
}

export type Answer =
  | (Common & {
      readonly status: "answered";
      readonly result: HookResults[HookType];
      /** As the plugin left it */
      readonly context: PluginContext;
      readonly latencyMs: number;
    })
  | (Common & {
      readonly status: "failed";
      readonly error: Readonly<Record<string, unknown>>;
      /** The plugin's own words, if it answered with an error */
      readonly answer?: PluginErrorModel;
      readonly stderrTail?: string;
    })
  | (Common & { readonly status: "skipped"; readonly reason: string });

/** Starts a plugin, asks it, and stops it. */
export async function askPlugin(
  { config, options }: HostPlugin,
  { hook, payload, context, signal }: Question,
): Promise<Answer> {
  const common = { plugin: config.name, priority: config.priority ?? 100 };
  if (config.mode === "disabled") return { ...common, status: "skipped", reason: "it is disabled" };
  const plugin = new ExternalPlugin(config, options);
  try {
    await plugin.initialize({ signal });
    const { hooks, mode, priority } = plugin.config;
    const known = { plugin: config.name, priority };
    if (mode === "disabled")
      return { ...known, status: "skipped", reason: "it is disabled on its server" };
    if (!hooks.includes(hook))
      return { ...known, status: "skipped", reason: `it has no hook ${hook}` };
    const own = structuredClone(context);
    const begun = performance.now();
    const result = await plugin.invokeHook(hook, payload as HookPayloads[HookType], own, {
      signal,
    });
    const latencyMs = Math.round((performance.now() - begun) * 10) / 10;
    return { ...known, status: "answered", result, context: own, latencyMs };
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return { ...common, status: "failed", ...described(error) };
  } finally {
    await plugin.shutdown();
  }
}

function described(error: PluginError): {
  error: Record<string, unknown>;
  answer?: PluginErrorModel;
  stderrTail?: string;
} {
  const { stderrTail, code, outcome } = error;
  return {
    error: error.toJSON(),
    ...(outcome === "answered" && code === "PLUGIN_ERROR" && { answer: error.error }),
    ...(stderrTail !== undefined && stderrTail !== "" && { stderrTail }),
  };
}
