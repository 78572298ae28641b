import type { InputIssue } from "../errors.ts";
import { type ConfigDump, dumpConfig } from "./config-dump.ts";
import type { Plugin } from "./define-plugin.ts";
import type { HookReport } from "./hook-report.ts";
import { invalidInput } from "./invalid-input.ts";
import { serverName } from "./server-name.ts";

/** A configuration as it is sent. It never changes, so its text is made once. */
export interface ListedConfig {
  readonly dump: ConfigDump;
  readonly text: string;
}

/** The plugins of a server, by name. */
export class PluginSet {
  readonly configs: readonly ListedConfig[];
  readonly report: HookReport;
  readonly #plugins: ReadonlyMap<string, Plugin>;
  readonly #configs: ReadonlyMap<string, ListedConfig>;

  constructor(plugins: readonly Plugin[], report: HookReport) {
    refuseDuplicates(plugins);
    this.report = report;
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.configs = plugins.map((plugin) => {
      const text = JSON.stringify(dumpConfig(plugin), null, 2);
      // Read back, so that it is no longer anybody's object.
      return { dump: JSON.parse(text) as ConfigDump, text };
    });
    this.#configs = new Map(this.configs.map((config) => [config.dump.name.toLowerCase(), config]));
  }

  get size(): number {
    return this.configs.length;
  }

  /** The configuration of a plugin. As with the reference, its name may be written in any case. */
  config(name: string): ListedConfig | undefined {
    return this.#configs.get(name.toLowerCase());
  }

  /** The plugin that a call means, by its exact name. One that is disabled is listed, but cannot be called. */
  callable(name: string): Plugin | undefined {
    const plugin = this.#plugins.get(name);
    return plugin?.mode === "disabled" ? undefined : plugin;
  }
}

function refuseDuplicates(plugins: readonly Plugin[]): void {
  const seen = new Set<string>();
  const issues: InputIssue[] = [];
  for (const [index, { name }] of plugins.entries()) {
    const key = name.toLowerCase();
    if (seen.has(key))
      issues.push({
        path: `${index}.name`,
        message: `another plugin is called ${name}, upper and lower case aside; rename one`,
      });
    seen.add(key);
  }
  if (issues.length > 0) throw invalidInput("Plugins are invalid", serverName, issues);
}
