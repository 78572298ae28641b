import { ExternalPlugin, type McpInput } from "mcp-tether";
import type { Connection, Target } from "../contender.ts";
import { context, hook, payloadOf, pluginName } from "../workload.ts";

/** This library, as a host uses it. `maxInFlight` is the only option that is not the default. */
export async function connectPlugin(target: Target, maxInFlight: number): Promise<Connection> {
  const plugin = new ExternalPlugin(
    { name: pluginName, kind: "external", mcp: mcpConfigOf(target) },
    { maxInFlight },
  );
  await plugin.initialize();
  return {
    invoke: (question) => plugin.invokeHook(hook, payloadOf(question), context),
    close: () => plugin.shutdown(),
  };
}

function mcpConfigOf(target: Target): McpInput {
  return target.kind === "stdio"
    ? { proto: "STDIO", cmd: [target.command, ...target.args] }
    : { proto: "STREAMABLEHTTP", url: target.url };
}
