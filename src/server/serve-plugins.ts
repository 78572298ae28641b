import { definePlugin, type PluginInput } from "./define-plugin.ts";
import { HookReport } from "./hook-report.ts";
import { serveHttp } from "./http/serve-http.ts";
import { invalidOptions } from "./invalid-input.ts";
import type { PluginServer } from "./plugin-server.ts";
import { PluginSet } from "./plugin-set.ts";
import { readServeOptions } from "./read-serve-options.ts";
import type { ServeOptions } from "./serve-options.ts";
import { serveStdio } from "./stdio/serve-stdio.ts";

/**
 * Serves plugins to hosts of the ContextForge kind: `ExternalPlugin` of this library, and the Python clients.
 *
 * Over stdio, standard output is kept for the protocol: what plugin code prints goes to standard error. The server ends
 * when its client closes standard input, when the program calls `close`, and on SIGTERM and SIGINT unless
 * `handleSignals` is false; it then answers what runs already, takes nothing new, and lets the process end.
 *
 * @param plugins made by `definePlugin`; their names must differ in more than upper and lower case
 * @returns when the server can be used
 * @throws PluginError `CONFIG_INVALID`, with `issues`, if a plugin or an option is wrong, or the address cannot be had
 */
export async function servePlugins(
  plugins: readonly PluginInput[],
  options: ServeOptions,
): Promise<PluginServer> {
  const settings = readServeOptions(options);
  if (!Array.isArray(plugins))
    throw invalidOptions([{ path: "plugins", message: "must be a list of plugins" }]);
  const report = new HookReport(settings.log, settings.onHookError);
  const set = new PluginSet(
    plugins.map((plugin) => definePlugin(plugin)),
    report,
  );
  return settings.transport === "stdio"
    ? serveStdio(set, settings)
    : await serveHttp(set, settings);
}
