import { z } from "zod";
import { PluginError, type PluginErrorModel } from "./errors.ts";
import type { HookDefinition } from "./hooks/hook-definition.ts";
import type { HookPayloads, HookResults, HookType } from "./hooks/hook-payloads.ts";
import { findHook } from "./hooks/hook-registry.ts";
import { ShapeFault } from "./models/members.ts";
import { parsePluginConfig } from "./models/parse-plugin-config.ts";
import type { PluginConfig } from "./models/plugin-config.ts";
import type { PluginViolation } from "./models/plugin-result.ts";
import { readError } from "./models/read-error.ts";
import { readResult, readViolation } from "./models/read-result.ts";

// The models as zod schemas, for hosts that compose them. What an answer is made of is read by hand, because every call
// waits for it: the schemas of results, violations and errors ask the same readers.

export { pluginContextSchema } from "./models/plugin-context-schema.ts";

/** The configuration of an external plugin, as `new ExternalPlugin` takes it. Gives it with every default, frozen. */
export const pluginConfigSchema: z.ZodType<PluginConfig> = madeOf(
  (value) => parsePluginConfig(value).config,
);

export const pluginViolationSchema: z.ZodType<PluginViolation> = madeOf((value) =>
  readViolation(value, ""),
);

/** What a plugin answers where it has failed. */
export const pluginErrorSchema: z.ZodType<PluginErrorModel> = madeOf((value) =>
  readError(value, ""),
);

/**
 * The payload of a hook, as its plugins get it.
 *
 * @throws PluginError `HOOK_UNKNOWN`
 */
export function hookPayloadSchema<H extends HookType>(hookType: H): z.ZodType<HookPayloads[H]> {
  return registered(hookType).payloadSchema as z.ZodType<HookPayloads[H]>;
}

/**
 * The result of a hook, as `invokeHook` returns it.
 *
 * @throws PluginError `HOOK_UNKNOWN`
 */
export function hookResultSchema<H extends HookType>(hookType: H): z.ZodType<HookResults[H]> {
  const hook = registered(hookType);
  return madeOf((value) => readResult(value, hook, false, "") as HookResults[H]);
}

function registered(hookType: string): HookDefinition {
  const hook = findHook(hookType);
  if (hook !== undefined) return hook;
  throw new PluginError({
    code: "HOOK_UNKNOWN",
    message: `Hook type '${hookType}' not registered in hook registry`,
    plugin: "",
    phase: "configuring",
  });
}

function madeOf<T>(read: (value: unknown) => T): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    try {
      return read(value);
    } catch (fault) {
      for (const { path, message } of problemsOf(fault))
        context.issues.push({ code: "custom", path: keysOf(path), message, input: value });
      return z.NEVER;
    }
  });
}

function problemsOf(fault: unknown): readonly { path: string; message: string }[] {
  if (fault instanceof ShapeFault) return [fault];
  if (PluginError.is(fault) && fault.issues !== undefined) return fault.issues;
  throw fault;
}

function keysOf(path: string): (string | number)[] {
  if (path === "") return [];
  return path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
