import { PluginError, type PluginErrorModel } from "../errors.ts";
import { findHook, type HookDefinition } from "../hooks/hook-registry.ts";
import type { PluginResult } from "../models/plugin-result.ts";
import type { Plugin } from "./define-plugin.ts";
import { hasRoundedInteger } from "./exact-numbers.ts";
import { dumpContext, isEmptyContext, readContext } from "./hook-context.ts";
import { allowed, resultFrom } from "./hook-result.ts";
import type { HookContext } from "./hook-types.ts";
import type { PluginSet } from "./plugin-set.ts";
import { errorRepr, pythonRepr } from "./python-text.ts";
import { accept, Refusal } from "./refusal.ts";
import { HookTimeout, runHook } from "./run-hook.ts";

export interface HookInvocation {
  readonly hook_type: string;
  readonly plugin_name: string;
  readonly payload: Record<string, unknown>;
  readonly context: Record<string, unknown>;
}

/**
 * Runs one hook and returns the envelope of its answer, as JSON. Never rejects: whatever goes wrong is an `error` in it.
 */
export async function invokeHook(
  plugins: PluginSet,
  invocation: HookInvocation,
  client: AbortSignal,
): Promise<string> {
  const { plugin_name } = invocation;
  try {
    return await answer(plugins, invocation, client);
  } catch (thrown) {
    return errorEnvelope(plugin_name, thrown);
  }
}

async function answer(
  plugins: PluginSet,
  { plugin_name, hook_type, payload, context: given }: HookInvocation,
  client: AbortSignal,
): Promise<string> {
  const context = readContext(given);
  const cameEmpty = isEmptyContext(context);
  const plugin = plugins.callable(plugin_name);
  const hook = findHook(hook_type);
  if (plugin === undefined || hook === undefined || !Object.hasOwn(plugin.hooks, hook_type))
    throw new Refusal(
      `Unable to find ${hook_type} for plugin ${plugin_name}.  Make sure the plugin is registered.`,
    );
  const read = accept(hook.payloadName, payload, hook.payloadSchema.safeParse(payload));
  const result = await resultOf(plugin, hook, read, context, client);
  const left = dumpContext(context);
  // A context that the hook emptied is returned too, or the host would keep what it had.
  const envelope =
    cameEmpty && isEmptyContext(left)
      ? { plugin_name, result }
      : { plugin_name, result, context: left };
  const text = JSON.stringify(envelope, null, 2);
  if (plugin.unsafeNumbers === "reject" && hasRoundedInteger(envelope, text))
    throw new Refusal(
      `The answer of plugin ${plugin_name} holds an integer beyond 2^53, which JavaScript may have changed.`,
    );
  return text;
}

async function resultOf(
  plugin: Plugin,
  hook: HookDefinition,
  payload: unknown,
  context: HookContext,
  client: AbortSignal,
): Promise<PluginResult<unknown>> {
  const handler = Reflect.get(plugin.hooks, hook.type);
  let returned: unknown;
  try {
    returned = await runHook(plugin, handler, payload, context, client);
  } catch (thrown) {
    if (plugin.on_error === "fail") throw thrown;
    // The reference reports a timeout even then, in other words.
    if (thrown instanceof HookTimeout)
      throw new Refusal(`PluginTimeoutError(${pythonRepr(thrown.message)})`);
    return allowed;
  }
  return resultFrom(returned, hook, plugin.mode);
}

function errorEnvelope(plugin_name: string, thrown: unknown): string {
  try {
    return JSON.stringify({ plugin_name, error: errorModel(plugin_name, thrown) }, null, 2);
  } catch (unserialisable) {
    return JSON.stringify({ plugin_name, error: errorModel(plugin_name, unserialisable) }, null, 2);
  }
}

function errorModel(plugin_name: string, thrown: unknown): PluginErrorModel {
  if (PluginError.is(thrown)) {
    const { message, plugin_name: named, code, details, mcp_error_code } = thrown.error;
    return { message, plugin_name: named || plugin_name, code, details, mcp_error_code };
  }
  const message = thrown instanceof Refusal ? thrown.message : errorRepr(thrown);
  return { message, plugin_name, code: "", details: {}, mcp_error_code: -32603 };
}
