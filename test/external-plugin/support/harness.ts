import { afterEach } from "vitest";
import { PluginError } from "../../../src/errors.ts";
import { ExternalPlugin } from "../../../src/external-plugin.ts";
import type { InvokeOptions } from "../../../src/hook-ref.ts";
import type { HookResults, ToolPreInvokePayload } from "../../../src/hooks/hook-payloads.ts";
import type { PluginConfigInput, StdioMcpInput } from "../../../src/models/plugin-config.ts";
import type { PluginContext } from "../../../src/models/plugin-context.ts";
import type { PluginOptions } from "../../../src/options.ts";
import type { PluginEventName, PluginEvents } from "../../../src/plugin-events.ts";
import type { PluginState } from "../../../src/plugin-status.ts";
import { hostilePlugin, PluginControl } from "../../fixtures/control.ts";

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Done after the test, in reverse order. */
export function afterwards(step: () => unknown): void {
  undo.push(step);
}

/** A control of hostile plugins that ends with the test. */
export async function newControl(): Promise<PluginControl> {
  const control = await PluginControl.create();
  afterwards(() => control.close());
  return control;
}

/** A plugin that is shut down with the test. */
export function newPlugin(config: PluginConfigInput, options?: PluginOptions): ExternalPlugin {
  const plugin = new ExternalPlugin(config, options);
  afterwards(() => plugin.shutdown());
  return plugin;
}

/** What the tests that are about something else need not wait for. */
export const impatient: PluginOptions = {
  stopGraceMs: 300,
  backoff: { kind: "linear", attempts: 3, delayMs: 5 },
};

export function stdioConfig(
  control: PluginControl,
  mcp: Partial<StdioMcpInput> = {},
): PluginConfigInput {
  const cmd = [process.execPath, hostilePlugin];
  const env = { ...control.env, ...mcp.env };
  return { name: "Guard", kind: "external", mcp: { proto: "STDIO", cmd, ...mcp, env } };
}

/** A plugin over stdio whose process does what the control says. */
export function stdioPlugin(control: PluginControl, options: PluginOptions = {}): ExternalPlugin {
  return newPlugin(stdioConfig(control), { ...impatient, ...options });
}

export function httpConfig(url: string): PluginConfigInput {
  return { name: "Guard", kind: "external", mcp: { proto: "STREAMABLEHTTP", url } };
}

/** A payload that the ledgers of the fixtures know again. */
export function payload(key: unknown, args: Record<string, unknown> = {}): ToolPreInvokePayload {
  const keyed: ToolPreInvokePayload & { key: unknown } = { key, name: "search", args };
  return keyed;
}

export function newContext(): PluginContext {
  return {
    state: { before: true },
    metadata: {},
    global_context: { request_id: "request-1", state: {}, metadata: {} },
  };
}

/** Calls the hook with the key, in a context of its own. */
export function call(
  plugin: ExternalPlugin,
  key: unknown,
  options?: InvokeOptions,
): Promise<HookResults["tool_pre_invoke"]> {
  return plugin.invokeHook("tool_pre_invoke", payload(key), newContext(), options);
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<PluginError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    if (PluginError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error(`expected a failure, and got ${JSON.stringify(value)}`);
}

/** Resolves when the plugin is in the state, or in one of the states. */
export async function inState(plugin: ExternalPlugin, ...states: PluginState[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!states.includes(plugin.status().state)) return;
      end();
      resolve();
    };
    const end = plugin.on("stateChange", look);
    look();
  });
}

/** The next event of a kind. */
export function next<E extends PluginEventName>(
  plugin: ExternalPlugin,
  name: E,
): Promise<PluginEvents[E]> {
  return new Promise((resolve) => {
    const end = plugin.on(name, (event) => {
      end();
      resolve(event);
    });
  });
}

/** The states that a plugin goes through from now on. */
export function statesOf(plugin: ExternalPlugin): string[] {
  const states: string[] = [plugin.status().state];
  plugin.on("stateChange", ({ to }) => states.push(to));
  return states;
}
