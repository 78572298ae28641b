import { PluginError } from "../errors.ts";
import type { PluginContext } from "./plugin-context.ts";
import type { ReturnedContext } from "./read-context.ts";

/**
 * Puts what a plugin returned into the caller's context: `state`, `metadata` and `global_context.state` are replaced as
 * whole objects, all three or none.
 *
 * @throws PluginError `SERIALIZE_FAILED` with outcome `answered` if one of them cannot be set, as in a frozen object
 */
export function commitContext(
  pluginName: string,
  target: PluginContext,
  returned: ReturnedContext,
): void {
  const { global_context: shared } = target;
  if (typeof shared !== "object" || shared === null)
    throw notCommitted(pluginName, "context.global_context.state");
  const changes: readonly Change[] = [
    { of: target, key: "state", path: "context.state", value: returned.state },
    { of: target, key: "metadata", path: "context.metadata", value: returned.metadata },
    {
      of: shared,
      key: "state",
      path: "context.global_context.state",
      value: returned.globalState,
    },
  ];
  for (const change of changes) {
    if (isReadOnly(change.of, change.key)) throw notCommitted(pluginName, change.path);
  }
  const undo = changes.map(restorer);
  const refused = changes.findIndex((change) => !set(change));
  if (refused === -1) return;
  // A setter, a proxy or what is inherited may refuse what looks writable.
  for (const restore of undo.slice(0, refused)) restore();
  throw notCommitted(pluginName, changes[refused]?.path ?? "context");
}

interface Change {
  readonly of: object;
  readonly key: string;
  readonly path: string;
  readonly value: unknown;
}

/** What can be told without trying. The rest shows when it is set. */
function isReadOnly(target: object, key: string): boolean {
  const own = Object.getOwnPropertyDescriptor(target, key);
  if (own === undefined) return !(key in target) && !Object.isExtensible(target);
  return own.set === undefined && own.writable !== true;
}

function set({ of, key, value }: Pick<Change, "of" | "key" | "value">): boolean {
  try {
    return Reflect.set(of, key, value);
  } catch {
    return false;
  }
}

function restorer({ of, key }: Change): () => void {
  if (!Reflect.has(of, key)) return () => void Reflect.deleteProperty(of, key);
  let value: unknown;
  try {
    value = Reflect.get(of, key);
  } catch {
    // What cannot be read cannot be restored either; it can only be replaced.
  }
  return () => void set({ of, key, value });
}

function notCommitted(plugin: string, path: string): PluginError {
  return new PluginError({
    code: "SERIALIZE_FAILED",
    message: `Plugin ${plugin} returned a context, and ${path} cannot be replaced: it is frozen or read-only. Nothing was changed. Pass a context whose members can be set`,
    plugin,
    outcome: "answered",
    phase: "invoking",
  });
}
