import type { InputIssue } from "../errors.ts";
import { tlsIssues } from "../models/mcp-rules.ts";
import type { McpTlsInput } from "../models/plugin-config.ts";
import type { PluginOptions } from "../options.ts";
import { isTimer, longestTimerMs } from "../timer-range.ts";
import type { Environment } from "./environment.ts";
import { isPublicUrl } from "./private-address.ts";
import { Variables } from "./variables.ts";

const callMsDefault = 30_000;

/**
 * What the environment says of connections, in the reference's variables. Each is read, and refused, only when it is asked
 * for: a wrong port of a server must not end a host.
 */
export class ClientEnvironment {
  readonly #variables: Variables;
  #tls: McpTlsInput | null | undefined;
  #overHttp: PluginOptions | undefined;
  #readMs: number | null | undefined;
  #isProtected: boolean | undefined;

  constructor(env: Environment) {
    this.#variables = new Variables(env);
  }

  get issues(): readonly InputIssue[] {
    return this.#variables.issues;
  }

  /** What limits a call where neither the host nor its file says so, in milliseconds */
  callMs(isHttp: boolean): number | undefined {
    const callMs = this.#milliseconds("PLUGINS_PLUGIN_TIMEOUT");
    const readMs = isHttp ? this.#readTimeout : null;
    // Silence ends a call when its time does, at the latest.
    return readMs === null ? callMs : Math.min(readMs, callMs ?? callMsDefault);
  }

  /** Whether addresses of this machine and of private networks are refused */
  get isProtected(): boolean {
    this.#isProtected ??= this.#variables.boolean("PLUGINS_SSRF_PROTECTION_ENABLED") ?? false;
    return this.#isProtected;
  }

  /** TLS of a connection whose configuration says nothing of it; null if the environment does not either */
  get tls(): McpTlsInput | null {
    this.#tls ??= this.#mutualTls() ?? this.#unverifiedTls();
    return this.#tls;
  }

  /** Options of connections over HTTP, but for what limits a call */
  get overHttp(): PluginOptions {
    this.#overHttp ??= this.#readOverHttp();
    return this.#overHttp;
  }

  get #readTimeout(): number | null {
    this.#readMs ??= this.#milliseconds("PLUGINS_HTTPX_READ_TIMEOUT") ?? null;
    return this.#readMs;
  }

  #mutualTls(): McpTlsInput | null {
    const variables = this.#variables;
    const prefix = "PLUGINS_CLIENT_MTLS_";
    const tls = Object.fromEntries(
      Object.entries({
        certfile: variables.text(`${prefix}CERTFILE`),
        keyfile: variables.text(`${prefix}KEYFILE`),
        ca_bundle: variables.text(`${prefix}CA_BUNDLE`),
        keyfile_password: variables.text(`${prefix}KEYFILE_PASSWORD`),
        verify: variables.boolean(`${prefix}VERIFY`),
        check_hostname: variables.boolean(`${prefix}CHECK_HOSTNAME`),
      }).filter(([, value]) => value !== undefined),
    );
    for (const { path, message } of tlsIssues(tls, "tls"))
      variables.refuse(`${prefix}${path.slice("tls.".length).toUpperCase()}`, message);
    return Object.keys(tls).length === 0 ? null : tls;
  }

  #unverifiedTls(): McpTlsInput | null {
    const isUnverified = this.#variables.boolean("PLUGINS_SKIP_SSL_VERIFY") ?? false;
    return isUnverified ? { verify: false, check_hostname: false } : null;
  }

  #readOverHttp(): PluginOptions {
    const readMs = this.#readTimeout;
    const connectMs = this.#milliseconds("PLUGINS_HTTPX_CONNECT_TIMEOUT");
    const keepAliveMs = this.#milliseconds("PLUGINS_HTTPX_KEEPALIVE_EXPIRY");
    const maxConnections = this.#variables.integer("PLUGINS_HTTPX_MAX_CONNECTIONS", 1);
    return {
      ...(readMs !== null && { timeouts: { initializeMs: readMs, fetchConfigMs: readMs } }),
      http: {
        ...(connectMs !== undefined && { connectMs }),
        ...(keepAliveMs !== undefined && { keepAliveMs }),
        ...(maxConnections !== undefined && { maxConnections }),
      },
      ...(this.isProtected && { urlPolicy: isPublicUrl }),
    };
  }

  #milliseconds(name: string): number | undefined {
    const seconds = this.#variables.number(name);
    if (seconds === undefined) return undefined;
    const ms = seconds * 1_000;
    if (isTimer(ms)) return ms;
    const limit = Math.floor(longestTimerMs / 1_000);
    this.#variables.refuse(name, `must be a number of seconds from 0.001 to ${limit}`);
    return undefined;
  }
}
