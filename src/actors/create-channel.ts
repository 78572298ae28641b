import type { PluginConfig } from "../models/plugin-config.ts";
import type { ResolvedOptions } from "../read-options.ts";
import { createHttpChannel } from "../transports/http/http-channel.ts";
import { createStdioChannel } from "../transports/stdio/stdio-channel.ts";
import type { ChannelFactory } from "./connection-port.ts";

/** Makes the channels of a plugin: over the pipes of a child process, or over HTTP. */
export function channelFactory(config: PluginConfig, options: ResolvedOptions): ChannelFactory {
  const { mcp, name } = config;
  const { maxMessageBytes, stopGraceMs, exposePluginText, logger, clock, world } = options;
  const common = { plugin: name, maxMessageBytes, exposePluginText, logger, clock };
  if (mcp.proto === "STDIO") {
    const { inheritEnv, envAllow, python, commandPolicy, onStderr } = options;
    const process = { inheritEnv, envAllow, python, commandPolicy, onStderr, stopGraceMs };
    const spec = { ...common, ...process, mcp, resolve: world?.resolve, spawn: world?.spawn };
    return (listener) => createStdioChannel(spec, listener);
  }
  const { headers, urlPolicy, http } = options;
  const limits = { ...http, closeMs: stopGraceMs };
  const spec = { ...common, ...limits, mcp, headers, urlPolicy, dial: world?.dial };
  return (listener) => createHttpChannel(spec, listener);
}
