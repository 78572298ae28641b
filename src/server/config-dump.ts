import { conditionSchema } from "../models/config-fields.ts";
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

/** As a host reads it: sets have each entry once, and an empty one is none. */
function dumpCondition(condition: PluginConditions): Record<string, readonly string[] | null> {
  const read = conditionSchema.parse(condition);
  return {
    server_ids: read.server_ids ?? null,
    tenant_ids: read.tenant_ids ?? null,
    tools: read.tools ?? null,
    prompts: read.prompts ?? null,
    resources: read.resources ?? null,
    agents: read.agents ?? null,
    user_patterns: read.user_patterns ?? null,
    content_types: read.content_types ?? null,
  };
}
