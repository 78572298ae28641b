import type { HookDefinition } from "../hooks/hook-definition.ts";
import { findHook } from "../hooks/hook-registry.ts";
import { maxDepth, nestsDeeper } from "../models/json-limits.ts";
import type { PluginResult } from "../models/plugin-result.ts";
import type { CallAbort } from "./call-abort.ts";
import type { Plugin } from "./define-plugin.ts";
import { errorModel } from "./error-model.ts";
import { hasRoundedInteger } from "./exact-numbers.ts";
import { deepFreeze } from "./frozen.ts";
import { contextLeftBy, isEmptyContext, readContext } from "./hook-context.ts";
import { allowed, asBlock, asSuppressed, resultFrom } from "./hook-result.ts";
import type { HookContext } from "./hook-types.ts";
import { readLax } from "./lax-input.ts";
import type { PluginSet } from "./plugin-set.ts";
import { pythonRepr } from "./python-text.ts";
import { accept, Refusal } from "./refusal.ts";
import { HookTimeout, runHook } from "./run-hook.ts";

export interface HookInvocation {
  readonly hook_type: string;
  readonly plugin_name: string;
  readonly payload: Record<string, unknown>;
  readonly context: Record<string, unknown>;
}

/** A call that can be run: all that it needs is there, and valid. */
interface HookRun {
  readonly plugin: Plugin;
  readonly hook: HookDefinition;
  readonly payload: unknown;
  readonly context: HookContext;
}

/**
 * Runs one hook and returns the envelope of its answer, as JSON. Never rejects: whatever goes wrong is an `error` in it.
 */
export async function invokeHook(
  plugins: PluginSet,
  invocation: HookInvocation,
  abort: CallAbort,
): Promise<string> {
  const { plugin_name, hook_type } = invocation;
  let run: HookRun;
  try {
    run = prepare(plugins, invocation);
  } catch (refusal) {
    return errorEnvelope(plugin_name, hook_type, refusal);
  }
  try {
    return await answer(run, plugins, abort);
  } catch (thrown) {
    report(plugins, run, thrown, abort);
    return errorEnvelope(plugin_name, hook_type, thrown);
  }
}

function prepare(plugins: PluginSet, invocation: HookInvocation): HookRun {
  const { plugin_name, hook_type } = invocation;
  refuseDepth("payload", invocation.payload);
  refuseDepth("context", invocation.context);
  const context = readContext(invocation.context);
  const plugin = plugins.callable(plugin_name);
  const hook = findHook(hook_type);
  if (plugin === undefined || hook === undefined || !Object.hasOwn(plugin.hooks, hook_type))
    throw new Refusal(
      `Unable to find ${hook_type} for plugin ${plugin_name}.  Make sure the plugin is registered.`,
    );
  const read = readLax(hook.payloadSchema, invocation.payload);
  const payload = accept(hook.payloadName, invocation.payload, read);
  deepFreeze(payload);
  return { plugin, hook, payload, context };
}

// Deeper values are not only useless: what walks through them, in this process or the host's, runs out of stack.
function refuseDepth(what: string, value: unknown): void {
  if (nestsDeeper(value, maxDepth))
    throw new Refusal(`The ${what} nests more than ${maxDepth} levels of objects or lists`);
}

async function answer(run: HookRun, plugins: PluginSet, abort: CallAbort): Promise<string> {
  const { plugin, hook, context } = run;
  const cameEmpty = isEmptyContext(context);
  const result = inMode(await resultOf(run, plugins, abort), run, plugins);
  const left = contextLeftBy(hook.type, context);
  const plugin_name = plugin.name;
  // A context that the hook emptied is returned too, or the host would keep what it had.
  const envelope =
    cameEmpty && isEmptyContext(left)
      ? { plugin_name, result }
      : { plugin_name, result, context: left };
  const text = JSON.stringify(envelope, null, 2);
  if (plugin.unsafeNumbers === "reject" && hasRoundedInteger(envelope, text))
    throw new Refusal(
      `The answer of plugin ${plugin_name} holds an integer beyond 2^53, which JavaScript may have changed. Pass it as a text, or let the plugin round it (unsafeNumbers).`,
    );
  return text;
}

async function resultOf(
  run: HookRun,
  plugins: PluginSet,
  abort: CallAbort,
): Promise<PluginResult<unknown>> {
  const { plugin, hook, payload, context } = run;
  const handler = Reflect.get(plugin.hooks, hook.type);
  let returned: unknown;
  try {
    returned = await runHook(plugin, handler, payload, context, abort);
  } catch (thrown) {
    if (plugin.on_error === "fail") throw thrown;
    // The reference reports a timeout even then, in other words.
    if (thrown instanceof HookTimeout)
      throw new HookTimeout(`PluginTimeoutError(${pythonRepr(thrown.message)})`);
    report(plugins, run, thrown, abort);
    return allowed;
  }
  return resultFrom(returned, hook);
}

// A hook that gives up because it is told to does nothing wrong.
function report(
  plugins: PluginSet,
  { plugin, hook }: HookRun,
  thrown: unknown,
  abort: CallAbort,
): void {
  if (abort.isAborted && !(thrown instanceof HookTimeout)) return;
  plugins.report.failed({ plugin: plugin.name, hook: hook.type }, thrown);
}

/** What the mode of a plugin makes of its result. */
function inMode(
  result: PluginResult<unknown>,
  { plugin, hook }: HookRun,
  plugins: PluginSet,
): PluginResult<unknown> {
  if (result.continue_processing) return result;
  if (plugin.mode !== "permissive") return asBlock(result);
  plugins.report.suppressed({ plugin: plugin.name, hook: hook.type });
  return asSuppressed(result);
}

function errorEnvelope(plugin_name: string, hookType: string, thrown: unknown): string {
  return JSON.stringify({ plugin_name, error: errorModel(plugin_name, hookType, thrown) }, null, 2);
}
