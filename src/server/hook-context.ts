import { EncodeFault } from "../models/plain-json.ts";
import { pluginContextSchema } from "../models/plugin-context-schema.ts";
import type { HookContext } from "./hook-types.ts";
import { readLax } from "./lax-input.ts";
import { accept, Refusal } from "./refusal.ts";
import { sendable } from "./sendable.ts";

/** The context that a host sent. The schema fills in what the type says is there, in the reference's order. */
export function readContext(given: unknown): HookContext {
  return accept("PluginContext", given, readLax(pluginContextSchema, given)) as HookContext;
}

/** Whether a context has anything that hosts take over. */
export function isEmptyContext({ state, metadata, global_context }: HookContext): boolean {
  return [state, metadata, global_context.state].every((part) => Object.keys(part).length === 0);
}

/** The context as a hook left it. Read again: hooks may put anything there, and hosts refuse what is no context. */
export function contextLeftBy(hookType: string, context: HookContext): HookContext {
  try {
    return sendable(readContext(context), "context") as HookContext;
  } catch (fault) {
    if (!(fault instanceof Refusal || fault instanceof EncodeFault)) throw fault;
    const why = fault instanceof Refusal ? fault.message : `${fault.path} ${fault.message}`;
    throw new Refusal(`Hook ${hookType} left an invalid context: ${why}`);
  }
}
