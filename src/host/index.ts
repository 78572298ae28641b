export type { McpServerConfig, McpServerTlsConfig } from "../models/server-config.ts";
export type { ConfigFormat } from "./config-document.ts";
export type { Environment } from "./environment.ts";
export type { HostConfig, HostPlugin, HostPluginSettings, OtherPlugin } from "./host-config.ts";
export type { HostConfigOptions, ParseHostConfigOptions } from "./load-host-config.ts";
export { loadHostConfig, parseHostConfig } from "./load-host-config.ts";
export type { ServeSources } from "./serve-options.ts";
export { serveOptions } from "./serve-options.ts";
