import { PluginError } from "../errors.ts";
import { frozenCopy } from "../models/frozen-copy.ts";
import { parsePluginConfig } from "../models/parse-plugin-config.ts";
import type { McpTlsInput, PluginConfigInput } from "../models/plugin-config.ts";
import { isRecord } from "../models/records.ts";
import type { PluginOptions } from "../options.ts";
import type { ClientEnvironment } from "./client-environment.ts";
import { type FileIssues, joined } from "./file-issues.ts";
import type { HostPlugin, OtherPlugin } from "./host-config.ts";
import { looseBoolean, looseInteger, looseNumber, loosened } from "./loose-scalars.ts";
import { pathInMap, readServer } from "./mcp-servers.ts";
import { isOther, readOther } from "./other-plugins.ts";
import { layered } from "./plugin-options.ts";
import { isPublicUrl } from "./private-address.ts";

export interface Surroundings {
  readonly issues: FileIssues;
  readonly environment: ClientEnvironment;
  /** The host's own, which count before all others */
  readonly options: PluginOptions;
  /** `plugin_settings.plugin_timeout` in milliseconds, if the file has it */
  readonly callMs: number | undefined;
}

/** Reads the plugins of a configuration, and what is to be known to connect to them. */
export class HostPlugins {
  readonly plugins: HostPlugin[] = [];
  readonly others: OtherPlugin[] = [];
  readonly #in: Surroundings;
  /** Paths of the plugins that are to run, by their names */
  readonly #names = new Map<string, string>();

  constructor(surroundings: Surroundings) {
    this.#in = surroundings;
  }

  /** An entry of the list `plugins`. */
  addEntry(entry: unknown, at: string): void {
    const { issues } = this.#in;
    if (!isRecord(entry)) {
      issues.add(at, "must be an object with name, kind and mcp");
      return;
    }
    const loose = looseEntry(entry);
    this.#noteName(loose, joined(at, "name"));
    if (!isOther(loose)) {
      this.#addExternal(loose, at, (path) => path, {});
      return;
    }
    // Such as `{{ user }}` in the text of a message, which the plugin fills in.
    issues.leaveTemplates(joined(at, "config"));
    const { plugin, issues: wrong } = readOther(loose);
    issues.addAll(at, wrong);
    if (plugin) this.others.push(plugin);
  }

  /** An entry of the map `mcpServers`. */
  addServer(name: string, written: unknown, at: string): void {
    const { issues } = this.#in;
    const { server, issues: wrong } = readServer(name, written);
    issues.addAll(at, wrong);
    if (server === undefined) return;
    const { input, headers } = server;
    this.#noteName(input, at);
    this.#addExternal(input, at, pathInMap, headers === undefined ? {} : { headers });
  }

  #addExternal(
    input: Readonly<Record<string, unknown>>,
    at: string,
    pathIn: (path: string) => string,
    own: PluginOptions,
  ): void {
    try {
      const { config, given } = parsePluginConfig(input);
      const { name, kind, mcp } = config;
      const fields = Object.fromEntries(Object.entries(config).filter(([key]) => given.has(key)));
      const isHttp = mcp.proto === "STREAMABLEHTTP";
      const tls = isHttp ? this.#tlsFor(mcp.url, mcp.uds, mcp.tls) : undefined;
      if (isHttp) this.#checkAddress(mcp.url, joined(at, pathIn("mcp.url")));
      this.plugins.push({
        config: frozenCopy({
          ...fields,
          name,
          kind,
          mcp: { ...mcp, ...(tls && { tls }) },
        } as PluginConfigInput),
        options: this.#optionsFor(isHttp, own),
      });
    } catch (thrown) {
      if (!PluginError.is(thrown)) throw thrown;
      for (const { path, message } of thrown.issues ?? [])
        this.#in.issues.add(joined(at, pathIn(path)), message);
    }
  }

  #tlsFor(url: string, uds: string | undefined, own: McpTlsInput | undefined): McpTlsInput | null {
    const isPlain = !/^https:/i.test(url) || uds !== undefined;
    return own !== undefined || isPlain ? null : this.#in.environment.tls;
  }

  #optionsFor(isHttp: boolean, own: PluginOptions): PluginOptions {
    const { environment, options } = this.#in;
    const callMs = options.timeouts?.callMs ?? this.#in.callMs ?? environment.callMs(isHttp);
    const timed = callMs === undefined ? {} : { timeouts: { callMs } };
    return layered(options, own, timed, isHttp ? environment.overHttp : {});
  }

  /** A policy of the host's own is asked when the connection is opened: it may have to look something up. */
  #checkAddress(url: string, at: string): void {
    const { environment, options, issues } = this.#in;
    if (options.urlPolicy !== undefined || !environment.isProtected) return;
    const { hostname } = new URL(url);
    if (isPublicUrl(new URL(url))) return;
    issues.add(at, `URL contains IP address blocked by SSRF protection (${hostname})`);
  }

  /** A plugin that is disabled may be there twice: it is not registered. */
  #noteName(
    { name, mode }: { readonly name?: unknown; readonly mode?: unknown },
    at: string,
  ): void {
    if (typeof name !== "string" || mode === "disabled") return;
    const before = this.#names.get(name);
    if (before === undefined) {
      this.#names.set(name, at);
      return;
    }
    const line = this.#in.issues.lineOf(before);
    const where = line === undefined ? before : `${before}, line ${line}`;
    this.#in.issues.add(at, `Plugin ${name} already registered: ${where} has that name too`);
  }
}

function looseEntry(entry: Record<string, unknown>): Record<string, unknown> {
  const mcp = (value: unknown): unknown =>
    loosened(value, {
      reconnect_attempts: looseInteger,
      reconnect_delay: looseNumber,
      tls: (tls) => loosened(tls, { verify: looseBoolean, check_hostname: looseBoolean }),
    });
  const fields = {
    priority: looseInteger,
    max_content_size: looseInteger,
    applied_to: looseAppliedTo,
    mcp,
  };
  return loosened(entry, fields) as Record<string, unknown>;
}

function looseAppliedTo(value: unknown): unknown {
  const one = (template: unknown): unknown => loosened(template, { result: looseBoolean });
  const each = (list: unknown): unknown => (Array.isArray(list) ? list.map(one) : list);
  return loosened(value, { tools: each, prompts: each, resources: each });
}
