import { pluginContextSchema } from "../models/plugin-context-schema.ts";
import { isRecord } from "../models/records.ts";
import type { HookContext } from "./hook-types.ts";
import { accept, Refusal } from "./refusal.ts";

export function readContext(given: unknown): HookContext {
  // The schema fills in what the type says is there.
  return accept("PluginContext", given, pluginContextSchema.safeParse(given)) as HookContext;
}

/** Whether a context has anything that hosts take over. */
export function isEmptyContext({ state, metadata, global_context }: HookContext): boolean {
  return [state, metadata, global_context.state].every((part) => Object.keys(part).length === 0);
}

/** The context as a hook left it, every member in the reference's order. */
export function dumpContext({ state, global_context, metadata }: HookContext): HookContext {
  const parts = [state, metadata, global_context, global_context?.state, global_context?.metadata];
  if (!parts.every(isRecord))
    throw new Refusal("The hook has put something else in the place of an object of its context");
  return {
    state,
    global_context: {
      request_id: global_context.request_id,
      user: global_context.user,
      user_context: global_context.user_context,
      tenant_id: global_context.tenant_id,
      server_id: global_context.server_id,
      content_type: global_context.content_type,
      state: global_context.state,
      metadata: global_context.metadata,
    },
    metadata,
  };
}
