import type { PluginConfig, PluginConfigInput } from "../models/plugin-config.ts";
import type { McpServerConfig } from "../models/server-config.ts";
import type { PluginOptions } from "../options.ts";

/** An external plugin of a host's configuration: what `new ExternalPlugin` takes. */
export interface HostPlugin {
  readonly config: PluginConfigInput;
  readonly options: PluginOptions;
}

/**
 * A plugin that this library does not run: of another kind than `external`, or reached over gRPC or a raw socket. If it is
 * a guard, something else has to do its work.
 */
export interface OtherPlugin extends Omit<PluginConfig, "name" | "kind" | "mcp"> {
  readonly name: string;
  /** `external`, or the path of a class */
  readonly kind: string;
}

/** The section `plugin_settings`, which ContextForge has. Only `plugin_timeout` has an effect here, on `callMs`. */
export interface HostPluginSettings {
  readonly parallel_execution_within_band: boolean;
  /** Seconds. Null if it was not given */
  readonly plugin_timeout: number | null;
  readonly fail_on_plugin_error: boolean;
  readonly enable_plugin_api: boolean;
  /** Seconds */
  readonly plugin_health_check_interval: number;
  readonly include_user_info: boolean;
}

/** A whole configuration of a host, checked. Frozen. */
export interface HostConfig {
  /** External plugins over MCP, in the order of the file, those of `mcpServers` last. A disabled one is not to be started */
  readonly plugins: readonly HostPlugin[];
  /** Plugins that are here for somebody else */
  readonly others: readonly OtherPlugin[];
  readonly plugin_dirs: readonly string[];
  readonly plugin_settings: HostPluginSettings | null;
  /** Where a plugin server listens that is started with this file */
  readonly server_settings: McpServerConfig | null;
  readonly grpc_server_settings: Readonly<Record<string, unknown>> | null;
  readonly unix_socket_server_settings: Readonly<Record<string, unknown>> | null;
}
