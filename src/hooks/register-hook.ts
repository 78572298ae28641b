import type { HookType } from "./hook-payloads.ts";
import type { HookRegistration } from "./hook-registration.ts";
import { hooks } from "./hook-registry.ts";
import { invalidHook, readRegistration } from "./read-registration.ts";

/** The names of all hooks that can be called, and served, in this process. */
export function hookTypes(): HookType[] {
  return [...hooks.keys()] as HookType[];
}

/** Whether a text, such as one of a configuration, is the name of a hook that is registered here. */
export function isHookType(name: unknown): name is HookType {
  return typeof name === "string" && hooks.has(name);
}

/**
 * Makes a hook of one's own known, for clients and servers of this process. Its types come from declaration merging:
 *
 * ```ts
 * declare module "mcp-tether" {
 *   interface HookPayloads { "billing.pre_charge": Charge }
 *   interface HookResults { "billing.pre_charge": PluginResult<Charge> }
 * }
 * registerHook("billing.pre_charge", { payload: z.object({ amount: z.number() }) });
 * ```
 *
 * @returns what takes it back
 * @throws PluginError `CONFIG_INVALID` if there is a hook of that name already, or the registration is wrong
 */
export function registerHook<H extends HookType>(
  hookType: H,
  registration: HookRegistration<H>,
): () => void {
  const hook = readRegistration(hookType, registration);
  if (hooks.has(hook.type))
    throw invalidHook(hook.type, [{ path: "hookType", message: "is the name of a hook already" }]);
  hooks.set(hook.type, hook);
  return () => {
    if (hooks.get(hook.type) === hook) hooks.delete(hook.type);
  };
}
