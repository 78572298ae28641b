import { type InputIssue, PluginError } from "../../errors.ts";
import type { HeadersContext, HeadersOption } from "../../options.ts";
import { abortable } from "./abortable.ts";

/** They are ours, or describe the connection. */
const reserved: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "last-event-id",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const namePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a tab is the one control character that a value may hold.
const valuePattern = /^[\x09\x20-\x7e\x80-\xff]*$/;

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
    const { pairs, issues } = checkHeaders(given);
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

function checkHeaders(given: unknown): { pairs: string[]; issues: InputIssue[] } {
  const pairs: string[] = [];
  const issues: InputIssue[] = [];
  if (typeof given !== "object" || given === null)
    return { pairs, issues: [{ path: "headers", message: "must be an object of strings" }] };
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    const problem = seen.has(key) ? "is given twice" : headerProblem(key, value);
    seen.add(key);
    if (problem === undefined) pairs.push(key, String(value));
    else issues.push({ path: `headers.${name}`, message: problem });
  }
  return { pairs, issues };
}

function headerProblem(name: string, value: unknown): string | undefined {
  if (!namePattern.test(name)) return "is no name of an HTTP header";
  if (reserved.has(name) || name.startsWith("mcp-")) return "is set by the connection itself";
  if (typeof value !== "string" || !valuePattern.test(value))
    return "must be a string without line breaks, of characters below 256";
  return undefined;
}
