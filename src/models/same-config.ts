import type { PluginConfig } from "./plugin-config.ts";
import { isRecord } from "./records.ts";

/**
 * Whether two configurations mean the same. The order of keys does not matter, nor that of lists which are sets: servers
 * write those in any order, and an empty one as null.
 */
export function isSameConfig(before: PluginConfig, after: PluginConfig): boolean {
  return isSame(comparable(before), comparable(after));
}

function comparable(config: PluginConfig): Record<string, unknown> {
  return {
    ...config,
    hooks: asSet(config.hooks),
    tags: asSet(config.tags),
    capabilities: asSet(config.capabilities),
    conditions: config.conditions.map((condition) =>
      Object.fromEntries(Object.entries(condition).map(([field, names]) => [field, asSet(names)])),
    ),
  };
}

function asSet(names: readonly string[] | null | undefined): readonly string[] | undefined {
  return names && names.length > 0 ? [...new Set(names)].sort() : undefined;
}

/** A member that is undefined counts as missing. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((entry, index) => isSame(entry, other[index]));
  if (!isRecord(one) || !isRecord(other)) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame(own(one, key), own(other, key)));
}

function own(from: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}
