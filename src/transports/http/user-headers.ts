import { PluginError } from "../../errors.ts";
import { readHeaders } from "../../models/headers.ts";
import type { HeadersContext, HeadersOption } from "../../options.ts";
import { abortable } from "./abortable.ts";

/** What the option `headers` gives, asked for once per opening and once after a 401. */
export class UserHeaders {
  readonly #plugin: string;
  readonly #option: HeadersOption;
  #pairs: readonly string[] = [];
  #version = 0;
  #refreshing: Promise<void> | undefined;

  constructor(plugin: string, option: HeadersOption | undefined) {
    this.#plugin = plugin;
    this.#option = option ?? {};
  }

  /** Names and values in turn */
  get pairs(): readonly string[] {
    return this.#pairs;
  }

  has(name: string): boolean {
    return this.#pairs.some((given, at) => at % 2 === 0 && given === name);
  }

  /** Grows with every change */
  get version(): number {
    return this.#version;
  }

  /** Whether asking again may give others */
  get canRefresh(): boolean {
    return typeof this.#option === "function";
  }

  /** Rejects with a PluginError of phase `connecting`. */
  async load(signal: AbortSignal): Promise<void> {
    await this.#ask({ reason: "connect", signal });
  }

  /** Asks again, once for all who want it at a time. */
  refresh(signal: AbortSignal): Promise<void> {
    this.#refreshing ??= this.#ask({ reason: "unauthorized", signal }).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #ask(context: HeadersContext): Promise<void> {
    const given = await this.#call(context);
    const { pairs, issues } = readHeaders(given);
    if (issues.length > 0) {
      const names = issues.map(({ path, message }) => `${path} ${message}`).join("; ");
      throw new PluginError({
        code: "CONFIG_INVALID",
        message: `The option headers cannot be used: ${names}`,
        plugin: this.#plugin,
        phase: "connecting",
        issues,
      });
    }
    this.#pairs = pairs;
    this.#version++;
  }

  async #call(context: HeadersContext): Promise<unknown> {
    const option = this.#option;
    if (typeof option !== "function") return option;
    try {
      return await abortable(Promise.resolve(option(context)), context.signal);
    } catch (cause) {
      throw new PluginError({
        code: "CONNECT_FAILED",
        message: "The function of the option headers failed",
        plugin: this.#plugin,
        phase: "connecting",
        cause,
      });
    }
  }
}
