import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { type HostPlugin, parseHostConfig } from "../../src/host/index.ts";
import type { PluginOptions } from "../../src/options.ts";
import { readOptions } from "../../src/read-options.ts";

let folder: string;
let certificate: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "host-environment-"));
  certificate = path.join(folder, "c.pem");
  writeFileSync(certificate, "");
});

afterAll(() => rmSync(folder, { recursive: true }));

const https = { url: "https://guard.example/mcp" };
const stdio = { command: "guard" };

interface Given {
  readonly env?: Record<string, string>;
  readonly options?: PluginOptions;
  readonly file?: object;
}

function plugin(server: object, { env = {}, options = {}, file = {} }: Given = {}): HostPlugin {
  const text = JSON.stringify({ mcpServers: { Guard: server }, ...file });
  const { plugins } = parseHostConfig(text, { env, options, format: "json" });
  const [first] = plugins;
  if (first === undefined) throw new Error("no plugin");
  // Whatever comes of it is fit for a plugin.
  readOptions("Guard", first.options);
  return first;
}

/** What is wrong with the environment, each as `variable: message`. */
function refusals(server: object, env: Record<string, string>): string[] {
  try {
    plugin(server, { env });
  } catch (thrown) {
    if (!PluginError.is(thrown)) throw thrown;
    for (const { path: at } of thrown.issues ?? []) expect(thrown.message).toContain(`\n  ${at}: `);
    return (thrown.issues ?? []).map(({ path: at, message }) => `${at}: ${message}`);
  }
  throw new Error("expected a refusal");
}

describe("option, file, environment, default: what comes first counts", () => {
  const env = { PLUGINS_PLUGIN_TIMEOUT: "3" };
  const file = { plugin_settings: { plugin_timeout: 2 } };
  const options = { timeouts: { callMs: 1_000 } };

  test.each<[string, Given, number | undefined]>([
    ["all of them", { env, file, options }, 1_000],
    ["file and environment", { env, file }, 2_000],
    ["the environment", { env }, 3_000],
    ["option and environment", { env, options }, 1_000],
    ["none", {}, undefined],
    [
      "the file and what silence is allowed",
      { env: { PLUGINS_HTTPX_READ_TIMEOUT: "1" }, file },
      2_000,
    ],
    [
      "an option that makes a wrong variable unneeded",
      { env: { PLUGINS_PLUGIN_TIMEOUT: "x" }, options },
      1_000,
    ],
    ["a section that says nothing", { env, file: { plugin_settings: {} } }, 3_000],
  ])("with %s", (_, given, callMs) => {
    for (const server of [https, stdio])
      expect(plugin(server, given).options.timeouts?.callMs).toBe(callMs);
  });

  test("field by field", () => {
    const { options: merged } = plugin(https, {
      env: {
        PLUGINS_HTTPX_READ_TIMEOUT: "60",
        PLUGINS_HTTPX_CONNECT_TIMEOUT: "2.5",
        PLUGINS_HTTPX_KEEPALIVE_EXPIRY: "8",
        PLUGINS_HTTPX_MAX_CONNECTIONS: "4",
      },
      file,
      options: { timeouts: { initializeMs: 500 }, http: { maxConnections: 1 } },
    });
    expect(merged).toStrictEqual({
      timeouts: { initializeMs: 500, fetchConfigMs: 60_000, callMs: 2_000 },
      http: { connectMs: 2_500, keepAliveMs: 8_000, maxConnections: 1 },
    });
  });
});

describe("connections over HTTP", () => {
  test("silence ends a call as soon as the plugin's time does", () => {
    const timeouts = (env: Record<string, string>): unknown =>
      plugin(https, { env }).options.timeouts;
    expect(timeouts({ PLUGINS_HTTPX_READ_TIMEOUT: "5" })).toStrictEqual({
      initializeMs: 5_000,
      fetchConfigMs: 5_000,
      callMs: 5_000,
    });
    expect(timeouts({ PLUGINS_HTTPX_READ_TIMEOUT: "120" })).toMatchObject({ callMs: 30_000 });
    expect(
      timeouts({ PLUGINS_HTTPX_READ_TIMEOUT: "120", PLUGINS_PLUGIN_TIMEOUT: "60" }),
    ).toMatchObject({ callMs: 60_000 });
  });

  test("are of no interest to a process", () => {
    const env = { PLUGINS_HTTPX_READ_TIMEOUT: "no number", PLUGINS_SKIP_SSL_VERIFY: "perhaps" };
    expect(plugin(stdio, { env }).options).toStrictEqual({});
  });

  test("may be kept from private addresses", () => {
    const policy = plugin(https, { env: { PLUGINS_SSRF_PROTECTION_ENABLED: "true" } }).options
      .urlPolicy;
    const allows = (url: string): unknown => policy?.(new URL(url));
    for (const url of ["http://guard.example/", "http://localhost/", "http://8.8.8.8/"])
      expect([url, allows(url)]).toStrictEqual([url, true]);
    for (const host of ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254"])
      expect([host, allows(`http://${host}/`)]).toStrictEqual([host, false]);
    // However it is written.
    expect(allows("http://2130706433/")).toBe(false);
    expect(allows("http://[::1]/")).toBe(false);
    expect(plugin(https).options.urlPolicy).toBeUndefined();
    const own = (): boolean => true;
    const { options } = plugin(https, {
      env: { PLUGINS_SSRF_PROTECTION_ENABLED: "1" },
      options: { urlPolicy: own },
    });
    expect(options.urlPolicy).toBe(own);
  });
});

describe("TLS", () => {
  const mutual = (): Record<string, string> => ({
    PLUGINS_CLIENT_MTLS_CERTFILE: certificate,
    PLUGINS_CLIENT_MTLS_CA_BUNDLE: certificate,
    PLUGINS_CLIENT_MTLS_KEYFILE_PASSWORD: "pass",
    PLUGINS_CLIENT_MTLS_CHECK_HOSTNAME: "no",
  });
  const tlsOf = (server: object, env: Record<string, string>): unknown => {
    const { mcp } = plugin(server, { env }).config;
    return mcp.proto === "STREAMABLEHTTP" ? mcp.tls : undefined;
  };

  test("comes from the environment where the file says nothing of it", () => {
    expect(tlsOf(https, mutual())).toStrictEqual({
      certfile: certificate,
      ca_bundle: certificate,
      keyfile_password: "pass",
      check_hostname: false,
    });
    expect(tlsOf(https, { PLUGINS_CLIENT_MTLS_VERIFY: "off" })).toStrictEqual({ verify: false });
    expect(tlsOf(https, {})).toBeUndefined();
  });

  test("is not verified if the environment says so, and says no more", () => {
    const env = { PLUGINS_SKIP_SSL_VERIFY: "true" };
    expect(tlsOf(https, env)).toStrictEqual({ verify: false, check_hostname: false });
    expect(tlsOf(https, { ...mutual(), ...env })).not.toHaveProperty("verify");
    expect(tlsOf(https, { PLUGINS_SKIP_SSL_VERIFY: "0" })).toBeUndefined();
  });

  test("of the file is all there is, and without TLS there is none", () => {
    const read = (mcp: object): unknown => {
      const text = JSON.stringify({ plugins: [{ name: "A", kind: "external", mcp }] });
      return parseHostConfig(text, { env: mutual() }).plugins[0]?.config.mcp;
    };
    const http = { proto: "STREAMABLEHTTP" };
    expect(read({ ...http, ...https, tls: {} })).toHaveProperty("tls", {
      verify: true,
      check_hostname: true,
    });
    expect(read({ ...http, url: "http://localhost/mcp" })).not.toHaveProperty("tls");
    expect(
      read({ ...http, url: "http://localhost/mcp", uds: path.join(folder, "s") }),
    ).not.toHaveProperty("tls");
    expect(read({ proto: "STDIO", cmd: ["a"] })).not.toHaveProperty("tls");
  });
});

describe("variables", () => {
  test("may be written in any case, but as they are called they count first; empty ones are not set", () => {
    const callMs = (env: Record<string, string>): unknown =>
      plugin(stdio, { env }).options.timeouts?.callMs;
    expect(callMs({ plugins_plugin_timeout: "4" })).toBe(4_000);
    expect(callMs({ PLUGINS_PLUGIN_TIMEOUT: "5", plugins_plugin_timeout: "4" })).toBe(5_000);
    expect(callMs({ plugins_plugin_timeout: "4", PLUGINS_PLUGIN_TIMEOUT: "5" })).toBe(5_000);
    expect(callMs({ PLUGINS_PLUGIN_TIMEOUT: "" })).toBeUndefined();
    expect(callMs({ PLUGINS_PLUGIN_TIMEOUT: " ", plugins_plugin_timeout: "4" })).toBe(4_000);
  });

  test("that are wrong are named, all of them, and once", () => {
    const env = {
      PLUGINS_PLUGIN_TIMEOUT: "soon",
      PLUGINS_HTTPX_CONNECT_TIMEOUT: "0",
      PLUGINS_HTTPX_READ_TIMEOUT: "1e9",
      PLUGINS_HTTPX_KEEPALIVE_EXPIRY: "-1",
      PLUGINS_HTTPX_MAX_CONNECTIONS: "0",
      PLUGINS_SSRF_PROTECTION_ENABLED: "maybe",
      PLUGINS_CLIENT_MTLS_KEYFILE: "/no/such.key",
      PLUGINS_CLIENT_MTLS_VERIFY: "s3cret",
      PLUGINS_SERVER_PORT: "abc",
    };
    const found = refusals(https, env);
    expect(found.sort()).toStrictEqual(
      [
        "PLUGINS_PLUGIN_TIMEOUT: environment variable: must be a number",
        "PLUGINS_HTTPX_CONNECT_TIMEOUT: environment variable: must be a number of seconds from 0.001 to 2147483",
        "PLUGINS_HTTPX_READ_TIMEOUT: environment variable: must be a number of seconds from 0.001 to 2147483",
        "PLUGINS_HTTPX_KEEPALIVE_EXPIRY: environment variable: must be a number of seconds from 0.001 to 2147483",
        "PLUGINS_HTTPX_MAX_CONNECTIONS: environment variable: must be a whole number, 1 or more",
        "PLUGINS_SSRF_PROTECTION_ENABLED: environment variable: must be true or false (or 1, 0, yes, no, on, off)",
        "PLUGINS_CLIENT_MTLS_KEYFILE: environment variable: TLS file path does not exist: /no/such.key",
        "PLUGINS_CLIENT_MTLS_CERTFILE: environment variable: keyfile requires certfile to be specified",
        "PLUGINS_CLIENT_MTLS_VERIFY: environment variable: must be true or false (or 1, 0, yes, no, on, off)",
      ].sort(),
    );
  });

  test("that nobody needs end nothing", () => {
    const env = { PLUGINS_SERVER_PORT: "abc", PLUGINS_GRPC_SERVER_PORT: "abc" };
    expect(plugin(https, { env }).options).toStrictEqual({ http: {} });
  });
});
