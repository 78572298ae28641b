import type { Plugin, PluginConditions } from "./define-plugin.ts";

/** A plugin's configuration with every field, as the reference dumps it: the order of the keys included. */
export interface ConfigDump {
  readonly name: string;
  readonly [field: string]: unknown;
}

export function dumpConfig(plugin: Plugin): ConfigDump {
  return {
    name: plugin.name,
    description: plugin.description ?? null,
    author: plugin.author ?? null,
    kind: plugin.kind,
    namespace: plugin.namespace ?? null,
    version: plugin.version ?? null,
    hooks: Object.keys(plugin.hooks),
    tags: plugin.tags,
    mode: plugin.mode,
    on_error: plugin.on_error,
    priority: plugin.priority,
    max_content_size: 10_000_000,
    conditions: plugin.conditions.map(dumpCondition),
    applied_to: null,
    capabilities: [],
    config: plugin.config ?? null,
    mcp: null,
    grpc: null,
    unix_socket: null,
  };
}

function dumpCondition(condition: PluginConditions): Record<string, readonly string[] | null> {
  return {
    server_ids: names(condition.server_ids),
    tenant_ids: names(condition.tenant_ids),
    tools: names(condition.tools),
    prompts: names(condition.prompts),
    resources: names(condition.resources),
    agents: names(condition.agents),
    user_patterns: condition.user_patterns ?? null,
    content_types: condition.content_types ?? null,
  };
}

// These are sets to the reference, and an empty one is none.
function names(list: readonly string[] | null | undefined): readonly string[] | null {
  return list === undefined || list === null || list.length === 0 ? null : list;
}
