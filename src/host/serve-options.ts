import { fstatSync } from "node:fs";
import { type McpServerConfig, readServerConfig } from "../models/server-config.ts";
import type { ServeHttpOptions, ServeOptions } from "../server/serve-options.ts";
import type { Environment } from "./environment.ts";
import { invalidEnvironment } from "./file-issues.ts";
import { Variables } from "./variables.ts";

export interface ServeSources {
  /** Default: `PLUGINS_TRANSPORT`; else stdio where standard input is a pipe, and HTTP where it is a terminal or nothing */
  readonly transport?: "stdio" | "http";
  /** The section of a configuration. Where there is one, the environment says nothing of HTTP */
  readonly server_settings?: McpServerConfig | null;
  /** Default: `process.env` */
  readonly env?: Environment;
}

/**
 * How a plugin server is to be reached, as the reference's server finds it out: `servePlugins(plugins, serveOptions())`.
 * Your own options count before these: `{ ...serveOptions(), maxInFlight: 8 }`.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming every variable that is wrong
 */
export function serveOptions(sources: ServeSources = {}): ServeOptions {
  const { env = process.env, server_settings = null } = sources;
  const variables = new Variables(env);
  const transport = sources.transport ?? transportOf(variables.text("PLUGINS_TRANSPORT"));
  if (transport === "stdio") return { transport };
  return httpOptions(server_settings ?? fromEnvironment(variables));
}

function transportOf(written: string | undefined): "stdio" | "http" {
  if (written !== undefined) return written.trim().toLowerCase() === "stdio" ? "stdio" : "http";
  return isPiped() ? "stdio" : "http";
}

// Not whether it is a terminal: under a service manager it is the null device, which is at its end at once.
function isPiped(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

const names: Readonly<Record<string, string>> = {
  host: "PLUGINS_SERVER_HOST",
  port: "PLUGINS_SERVER_PORT",
  uds: "PLUGINS_SERVER_UDS",
  tls: "PLUGINS_SERVER_SSL_ENABLED",
  "tls.certfile": "PLUGINS_SERVER_SSL_CERTFILE",
  "tls.keyfile": "PLUGINS_SERVER_SSL_KEYFILE",
  "tls.ca_bundle": "PLUGINS_SERVER_SSL_CA_CERTS",
  "tls.keyfile_password": "PLUGINS_SERVER_SSL_KEYFILE_PASSWORD",
  "tls.ssl_cert_reqs": "PLUGINS_SERVER_SSL_CERT_REQS",
};

function fromEnvironment(variables: Variables): McpServerConfig {
  const text = (field: string): string | undefined => variables.text(names[field] ?? "");
  const isSecure = variables.boolean("PLUGINS_SERVER_SSL_ENABLED") ?? false;
  const tls = {
    certfile: text("tls.certfile"),
    keyfile: text("tls.keyfile"),
    ca_bundle: text("tls.ca_bundle"),
    keyfile_password: text("tls.keyfile_password"),
    ssl_cert_reqs: isSecure ? variables.integer("PLUGINS_SERVER_SSL_CERT_REQS", 0, 2) : undefined,
  };
  const { config, issues } = readServerConfig({
    host: text("host"),
    port: variables.integer("PLUGINS_SERVER_PORT", 0, 65_535),
    uds: text("uds"),
    ...(isSecure && { tls }),
  });
  for (const { path, message } of issues) variables.refuse(names[path] ?? path, message);
  if (config === undefined || variables.issues.length > 0)
    throw invalidEnvironment(variables.issues);
  return config;
}

function httpOptions({ host, port, uds, tls }: McpServerConfig): ServeHttpOptions {
  return {
    transport: "http",
    ...(uds === null ? { host, port } : { uds }),
    ...(tls && { tls }),
  };
}
