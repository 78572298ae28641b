import { readFile } from "node:fs/promises";
import { z } from "zod";
import { frozenCopy } from "../models/frozen-copy.ts";
import { isRecord } from "../models/records.ts";
import { readServerConfig } from "../models/server-config.ts";
import type { PluginOptions } from "../options.ts";
import { ClientEnvironment } from "./client-environment.ts";
import { type ConfigDocument, type ConfigFormat, readDocument } from "./config-document.ts";
import type { Environment } from "./environment.ts";
import { FileIssues, invalidFile } from "./file-issues.ts";
import type { HostConfig } from "./host-config.ts";
import { HostPlugins } from "./host-plugins.ts";
import { looseInteger, loosened } from "./loose-scalars.ts";
import { looseSettings, pluginSettingsSchema } from "./plugin-settings.ts";
import { Variables } from "./variables.ts";

export interface HostConfigOptions {
  /** For templates, and for what the file does not say. Default: `process.env` */
  readonly env?: Environment;
  /** Of every plugin. They count before the file, which counts before the environment */
  readonly options?: PluginOptions;
}

export interface ParseHostConfigOptions extends HostConfigOptions {
  /** What errors call it. Default `config` */
  readonly file?: string;
  /** Default: by the name of the file, else YAML, which nearly all JSON is too */
  readonly format?: ConfigFormat;
}

const fileDefault = "plugins/config.yaml";

/**
 * Reads the configuration of a host, as ContextForge and CPEX write it (a list `plugins`, in YAML 1.1 or JSON), or as other
 * MCP hosts do (a map `mcpServers`), or both in one file.
 *
 * @param file default: the environment variable `PLUGINS_CONFIG_FILE`, else `plugins/config.yaml`
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming file, line and path of everything that is wrong
 */
export async function loadHostConfig(
  file?: string,
  options: HostConfigOptions = {},
): Promise<HostConfig> {
  const { env = process.env } = options;
  const path = file ?? new Variables(env).text("PLUGINS_CONFIG_FILE") ?? fileDefault;
  return parseHostConfig(await readText(path), { ...options, env, file: path });
}

/** As `loadHostConfig`, for a text that is there already. */
export function parseHostConfig(text: string, options: ParseHostConfigOptions = {}): HostConfig {
  const { file = "config", env = process.env } = options;
  const { format = file.toLowerCase().endsWith(".json") ? "json" : "yaml" } = options;
  const document = readDocument(text.replace(/^\ufeff/, ""), format, env);
  const issues = new FileIssues(file, document);
  const config = check(document, issues, new ClientEnvironment(env), options.options ?? {});
  if (!issues.areNone || config === undefined) throw issues.error();
  return config;
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (thrown) {
    const { code }: { code?: unknown } = Object(thrown);
    const why = whyUnreadable[String(code)] ?? `cannot be read (${String(code)})`;
    throw invalidFile(file, [{ path: "", message: why, file }]);
  }
}

const whyUnreadable: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  EACCES: "may not be read",
  ERR_ENCODING_INVALID_ENCODED_DATA: "is no text in UTF-8",
};

const folders = z.array(z.string("must be a text"), "must be a list of texts").default([]);
const freeObject = z.custom<Record<string, unknown>>(isRecord, "must be an object or null");

/** The root as it was written: any field may hold anything. */
interface RawConfig {
  readonly plugins?: unknown;
  readonly mcpServers?: unknown;
  readonly plugin_dirs?: unknown;
  readonly plugin_settings?: unknown;
  readonly server_settings?: unknown;
  readonly grpc_server_settings?: unknown;
  readonly unix_socket_server_settings?: unknown;
}

/** Undefined if nothing can be said of it. What is wrong is added to the issues. */
function check(
  document: ConfigDocument,
  issues: FileIssues,
  environment: ClientEnvironment,
  options: PluginOptions,
): HostConfig | undefined {
  const root = document.value === null ? {} : document.value;
  if (root === undefined) return undefined;
  if (!isRecord(root)) {
    issues.add("", "must be an object with plugins, or mcpServers");
    return undefined;
  }
  const raw: RawConfig = root;
  const section = new Sections(issues);
  const plugin_settings = section.read(
    "plugin_settings",
    looseSettings(raw.plugin_settings),
    pluginSettingsSchema,
  );
  const timeout = plugin_settings?.plugin_timeout ?? undefined;
  const callMs = timeout === undefined ? undefined : timeout * 1_000;
  const read = new HostPlugins({ issues, environment, options, callMs });
  if (isGiven(raw.plugins)) addEach(raw.plugins, issues, (entry, at) => read.addEntry(entry, at));
  if (isGiven(raw.mcpServers)) addServers(raw.mcpServers, issues, read);
  issues.addOutside(environment.issues);
  const beside = frozenCopy({
    others: read.others,
    plugin_dirs: section.read("plugin_dirs", raw.plugin_dirs, folders) ?? [],
    plugin_settings: plugin_settings ?? null,
    server_settings: section.server(raw.server_settings),
    grpc_server_settings:
      section.read("grpc_server_settings", raw.grpc_server_settings, freeObject.nullish()) ?? null,
    unix_socket_server_settings:
      section.read(
        "unix_socket_server_settings",
        raw.unix_socket_server_settings,
        freeObject.nullish(),
      ) ?? null,
  });
  // Options may hold loggers and clocks, which are not ours to copy.
  return Object.freeze({ plugins: Object.freeze(read.plugins), ...beside });
}

/** Checks what is beside the plugins. */
class Sections {
  readonly #issues: FileIssues;

  constructor(issues: FileIssues) {
    this.#issues = issues;
  }

  read<T>(name: string, value: unknown, schema: z.ZodType<T>): T | undefined {
    const checked = schema.safeParse(value);
    for (const { path, message } of checked.error?.issues ?? [])
      this.#issues.addAll(name, [{ path: path.map(String).join("."), message }]);
    return checked.data;
  }

  server(value: unknown): HostConfig["server_settings"] {
    if (!isGiven(value)) return null;
    const { config, issues } = readServerConfig(looseServer(value));
    this.#issues.addAll("server_settings", issues);
    return config ?? null;
  }
}

function addEach(
  list: unknown,
  issues: FileIssues,
  add: (entry: unknown, at: string) => void,
): void {
  if (!Array.isArray(list)) {
    issues.add("plugins", "must be a list of plugins");
    return;
  }
  for (const [index, entry] of list.entries()) add(entry, `plugins.${index}`);
}

function addServers(map: unknown, issues: FileIssues, read: HostPlugins): void {
  if (!isRecord(map)) {
    issues.add("mcpServers", "must be an object, with a server per name");
    return;
  }
  for (const [name, server] of Object.entries(map))
    read.addServer(name, server, `mcpServers.${name}`);
}

function looseServer(section: unknown): unknown {
  return loosened(section, {
    port: looseInteger,
    tls: (tls) => loosened(tls, { ssl_cert_reqs: looseInteger }),
  });
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
