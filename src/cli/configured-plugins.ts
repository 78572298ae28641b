import { PluginError } from "../errors.ts";
import { ExternalPlugin } from "../external-plugin.ts";
import { type HostConfig, loadHostConfig } from "../host/index.ts";
import type { Subject } from "./subject.ts";

/** The plugins of a host's configuration, connected to and kept so. Nobody calls their hooks. */
export class ConfiguredPlugins implements Subject {
  readonly plugins: readonly ExternalPlugin[];
  readonly #disabled: ReadonlySet<string>;
  readonly #warn: (text: string) => void;
  #isStopped = false;

  /** @throws PluginError `CONFIG_INVALID` */
  static async load(file: string, warn: (text: string) => void): Promise<ConfiguredPlugins> {
    return new ConfiguredPlugins(await loadHostConfig(file), warn);
  }

  private constructor({ plugins, others }: HostConfig, warn: (text: string) => void) {
    this.#warn = warn;
    this.plugins = plugins.map(({ config, options }) => new ExternalPlugin(config, options));
    const disabled = plugins.filter(({ config }) => config.mode === "disabled");
    this.#disabled = new Set(disabled.map(({ config }) => config.name));
    for (const { name, kind } of others) warn(`${name}, of the kind ${kind}, is not run here`);
  }

  async start(): Promise<void> {
    const wanted = this.plugins.filter(({ name }) => !this.#disabled.has(name));
    await Promise.all(wanted.map((plugin) => this.#start(plugin)));
  }

  /** One that cannot be started is no reason not to look at the others. */
  async #start(plugin: ExternalPlugin): Promise<void> {
    try {
      await plugin.initialize();
    } catch (error) {
      if (!PluginError.is(error)) throw error;
      if (!this.#isStopped) this.#warn(`${plugin.name}: ${error.message}`);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.plugins.map((plugin) => plugin.shutdown()));
  }
}
