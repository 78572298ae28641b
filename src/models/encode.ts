import { PluginError } from "../errors.ts";
import { findHook } from "../hooks/hook-registry.ts";
import { EncodeFault, isPlainJson, readMember, toPlainJson } from "./plain-json.ts";
import { isRecord, setOwn } from "./records.ts";

export interface HookCallInput {
  readonly hookType: string;
  readonly payload: unknown;
  readonly context: unknown;
  /** Name of the plugin, for errors; empty where it is not known yet */
  readonly pluginName: string;
}

/** Payload and context as they go out. Nothing that happens to either afterwards changes it. */
export interface EncodedCall {
  readonly hookType: string;
  /** JSON text of an object that holds both */
  readonly data: string;
  /** Length of `data` */
  readonly bytes: number;
}

/**
 * Freezes a call. Members of the models that are null or undefined are left out, as the reference does; null stays in free
 * dictionaries such as `args`, `metadata` and `state`. NaN and the infinities become null, dates their ISO text, sets lists.
 *
 * @throws PluginError `SERIALIZE_FAILED` with outcome `not_processed`, naming what cannot be written
 */
export function encodeHookCall(input: HookCallInput): EncodedCall {
  const { hookType, pluginName } = input;
  try {
    const nullFields = findHook(hookType)?.nullFields ?? [];
    const payload = plain(withoutNulls(input.payload, "payload", nullFields), "payload");
    const context = plain(withoutContextNulls(input.context), "context");
    const data = JSON.stringify({ payload, context });
    return { hookType, data, bytes: Buffer.byteLength(data) };
  } catch (thrown) {
    throw notEncoded(pluginName, hookType, thrown);
  }
}

/** What tells a server that a call is sent again. */
export interface SendMark {
  readonly idempotencyKey: string;
  /** 1 or 2 */
  readonly attempt: number;
}

/**
 * JSON text of the `params` of `tools/call`. Two sends of a call differ in nothing but their mark.
 *
 * @param common members of `_meta` that every request of the connection has
 */
export function hookParams(
  call: EncodedCall,
  pluginName: string,
  mark?: SendMark,
  common?: Readonly<Record<string, unknown>>,
): string {
  const meta =
    mark === undefined && common === undefined
      ? ""
      : `"_meta":${JSON.stringify({
          ...common,
          "mcp-tether/idempotencyKey": mark?.idempotencyKey,
          "mcp-tether/attempt": mark?.attempt,
        })},`;
  const names = `"hook_type":${JSON.stringify(call.hookType)},"plugin_name":${JSON.stringify(pluginName)}`;
  return `{${meta}"name":"invoke_hook","arguments":{${names},${call.data.slice(1)}}`;
}

function plain(model: Record<string, unknown>, path: string): unknown {
  return isWrittenAsIs(model) ? model : toPlainJson(model, path);
}

function isWrittenAsIs(model: unknown): boolean {
  try {
    return isPlainJson(model);
  } catch {
    return false;
  }
}

interface ContextModel extends Record<string, unknown> {
  global_context?: unknown;
}

interface GlobalContextModel extends Record<string, unknown> {
  request_id?: unknown;
  user_context?: unknown;
}

function withoutContextNulls(given: unknown): ContextModel {
  const context: ContextModel = withoutNulls(given, "context");
  const path = "context.global_context";
  const shared: GlobalContextModel = withoutNulls(context.global_context, path);
  if (typeof shared.request_id !== "string")
    throw new EncodeFault(`${path}.request_id`, "must be a text");
  context.global_context = shared;
  if (Object.hasOwn(shared, "user_context"))
    shared.user_context = withoutNulls(shared.user_context, `${path}.user_context`);
  return context;
}

/** A copy of a model without its members that are null or undefined. */
function withoutNulls(
  given: unknown,
  path: string,
  nullFields: readonly string[] = [],
): Record<string, unknown> {
  const model = isPlainObject(given) ? given : toPlainJson(given, path);
  if (!isRecord(model)) throw new EncodeFault(path, "must be an object");
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(model)) {
    const value = readMember(model, key, path);
    if (value === undefined || (value === null && !nullFields.includes(key))) continue;
    setOwn(kept, key, value);
  }
  return kept;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || "toJSON" in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function notEncoded(plugin: string, hookType: string, thrown: unknown): PluginError {
  const why =
    thrown instanceof EncodeFault
      ? `${thrown.path} ${thrown.message}`
      : "payload and context cannot be written as JSON, or are too long for one text";
  return new PluginError({
    code: "SERIALIZE_FAILED",
    message: `${plugin === "" ? "No plugin was" : `Plugin ${plugin} was not`} called for ${hookType}: ${why}`,
    plugin,
    outcome: "not_processed",
    phase: "queued",
    ...(thrown instanceof EncodeFault && {
      issues: [{ path: thrown.path, message: thrown.message }],
    }),
  });
}
