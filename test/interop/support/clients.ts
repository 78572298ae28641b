import { afterAll, onTestFinished } from "vitest";
import { ExternalPlugin } from "../../../src/external-plugin.ts";
import type { HookType } from "../../../src/hooks/hook-payloads.ts";
import type { PluginConfigInput } from "../../../src/models/plugin-config.ts";
import type { PluginContext } from "../../../src/models/plugin-context.ts";
import type { PluginResult } from "../../../src/models/plugin-result.ts";
import type { PluginOptions } from "../../../src/options.ts";
import type { Site } from "./site.ts";

/** Clients of a site, one for each plugin, opened when a test needs them and shut down after the tests of this block. */
export class Clients {
  readonly #site: () => Site;
  readonly #plugins = new Map<string, Promise<ExternalPlugin>>();

  constructor(site: () => Site) {
    this.#site = site;
    afterAll(async () => {
      const plugins = await Promise.all([...this.#plugins.values()]);
      await Promise.all(plugins.map((plugin) => plugin.shutdown()));
    });
  }

  /** A client that is ready. */
  async of(name: string): Promise<ExternalPlugin> {
    const found = this.#plugins.get(name);
    if (found !== undefined) return await found;
    const plugin = new ExternalPlugin({ name, kind: "external", mcp: this.#site().mcp });
    const started = plugin.initialize().then(() => plugin);
    this.#plugins.set(name, started);
    started.catch(() => this.#plugins.delete(name));
    return await started;
  }

  /** Another one, for this test only. */
  async started(
    name: string,
    options?: PluginOptions,
    config?: Partial<PluginConfigInput>,
  ): Promise<ExternalPlugin> {
    const { mcp } = this.#site();
    const plugin = new ExternalPlugin({ name, kind: "external", mcp, ...config }, options);
    onTestFinished(() => plugin.shutdown());
    await plugin.initialize();
    return plugin;
  }
}

/** Calls a hook whose name and payload are data. */
export async function invoke(
  plugin: ExternalPlugin,
  hook: string,
  payload: unknown,
  context: PluginContext,
): Promise<PluginResult<unknown>> {
  return await plugin.invokeHook(hook as HookType, payload as never, context);
}

/** The error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const [settled] = await Promise.allSettled([promise]);
  if (settled.status === "rejected") return settled.reason;
  throw new Error(`expected a failure, and got ${JSON.stringify(settled.value)}`);
}

/** A context of which only some members matter. */
export function fullContext(context: object): PluginContext {
  const { global_context, ...local } = context as Partial<PluginContext>;
  return {
    state: {},
    metadata: {},
    ...local,
    global_context: { request_id: "r1", state: {}, metadata: {}, ...global_context },
  };
}
