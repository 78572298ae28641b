import type { HookDefinition } from "./hook-definition.ts";
import { stockHooks } from "./stock-hooks.ts";

/** Every hook that is registered in this process, by its name. */
export const hooks: Map<string, HookDefinition> = new Map(
  stockHooks.map((hook) => [hook.type, hook]),
);

/** The hook of that name, if it is registered here. */
export function findHook(type: string): HookDefinition | undefined {
  return hooks.get(type);
}
