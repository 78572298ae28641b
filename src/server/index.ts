export type { Plugin, PluginConditions, PluginInput, PluginMode } from "./define-plugin.ts";
export { definePlugin } from "./define-plugin.ts";
export type { HookName } from "./hook-report.ts";
export type {
  HookCall,
  HookContext,
  HookHandler,
  HookHandlers,
  HookPayload,
  HookReturn,
} from "./hook-types.ts";
export type { ServerTlsOptions } from "./http/tls.ts";
export type { PluginServer } from "./plugin-server.ts";
export type { FailureInput } from "./results.ts";
export { allow, block, failure, modify } from "./results.ts";
export type { ServeHttpOptions, ServeOptions, ServeStdioOptions } from "./serve-options.ts";
export { servePlugins } from "./serve-plugins.ts";
