import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ExternalPlugin } from "../../src/external-plugin.ts";
import { type Environment, loadHostConfig, serveOptions } from "../../src/host/index.ts";
import { definePlugin, type PluginServer, servePlugins } from "../../src/server/index.ts";
import { type Certificate, CertificateMaker } from "../server/support/certificates.ts";

const guard = definePlugin({
  name: "Guard",
  hooks: { tool_pre_invoke: ({ name }) => ({ metadata: { saw: name } }) },
});

let folder: string;
let authority: Certificate;
let ours: Certificate;
let client: Certificate;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "both-ends-"));
  const make = new CertificateMaker(folder);
  authority = make.authority("authority");
  ours = make.signed("server", authority);
  client = make.signed("client", authority);
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

afterAll(() => rm(folder, { recursive: true }));

/** A server as the environment describes it, but on any free port. */
async function serve(env: Environment): Promise<PluginServer> {
  const options = serveOptions({ env: { PLUGINS_TRANSPORT: "http", ...env } });
  const server = await servePlugins([guard], {
    ...options,
    ...("uds" in options ? {} : { port: 0 }),
    handleSignals: false,
  });
  undo.push(() => server.close());
  return server;
}

/** What comes of a call to the one plugin of a configuration. */
async function ask(yaml: string, env: Environment): Promise<unknown> {
  const file = path.join(folder, "hosts.yaml");
  await writeFile(file, yaml);
  const [{ config, options } = { config: undefined, options: {} }] = (
    await loadHostConfig(file, { env, options: { startAttempts: 1 } })
  ).plugins;
  if (config === undefined) throw new Error("no plugin");
  const plugin = new ExternalPlugin(config, options);
  undo.push(() => plugin.shutdown());
  try {
    await plugin.initialize();
    const context = {
      state: {},
      global_context: { request_id: "r", state: {}, metadata: {} },
      metadata: {},
    };
    return (await plugin.invokeHook("tool_pre_invoke", { name: "t" }, context)).metadata;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const yaml = `
plugins:
  - name: Guard
    kind: external
    mcp: {proto: STREAMABLEHTTP, url: "{{ env.URL }}"}
`;

test("mutual TLS, of which nothing but the environment of both ends speaks", async () => {
  const server = await serve({
    PLUGINS_SERVER_HOST: "localhost",
    PLUGINS_SERVER_SSL_ENABLED: "true",
    PLUGINS_SERVER_SSL_CERTFILE: ours.certfile,
    PLUGINS_SERVER_SSL_KEYFILE: ours.keyfile,
    PLUGINS_SERVER_SSL_CA_CERTS: authority.certfile,
  });
  const URL = server.url ?? "";
  const trusted = { URL, PLUGINS_CLIENT_MTLS_CA_BUNDLE: authority.certfile };
  const known = {
    ...trusted,
    PLUGINS_CLIENT_MTLS_CERTFILE: client.certfile,
    PLUGINS_CLIENT_MTLS_KEYFILE: client.keyfile,
  };
  expect(await ask(yaml, known)).toStrictEqual({ saw: "t" });
  expect(await ask(yaml, trusted)).toBe("TLS_FAILED");
  expect(await ask(yaml, { ...known, PLUGINS_CLIENT_MTLS_CA_BUNDLE: "" })).toBe("TLS_FAILED");
  // What the file says of TLS is all there is.
  const own = yaml.replace("}\n", `, tls: {ca_bundle: "${authority.certfile}"}}\n`);
  expect(await ask(own, known)).toBe("TLS_FAILED");
});

test("TLS that is not verified", async () => {
  const server = await serve({
    PLUGINS_SERVER_HOST: "localhost",
    PLUGINS_SERVER_SSL_ENABLED: "1",
    PLUGINS_SERVER_SSL_CERTFILE: ours.certfile,
    PLUGINS_SERVER_SSL_KEYFILE: ours.keyfile,
  });
  const env = { URL: server.url ?? "" };
  expect(await ask(yaml, env)).toBe("TLS_FAILED");
  expect(await ask(yaml, { ...env, PLUGINS_SKIP_SSL_VERIFY: "yes" })).toStrictEqual({ saw: "t" });
});

test("a Unix socket", async () => {
  const uds = path.join(folder, "guard.sock");
  await serve({ PLUGINS_SERVER_UDS: uds });
  const over = yaml.replace("}\n", `, uds: "{{ env.SOCKET }}"}\n`);
  expect(await ask(over, { URL: "http://localhost/mcp", SOCKET: uds })).toStrictEqual({ saw: "t" });
});

test("an address that the environment protects from", async () => {
  const { url: URL } = await serve({});
  expect(await ask(yaml, { URL })).toStrictEqual({ saw: "t" });
  expect(
    await ask(yaml, { URL, PLUGINS_SSRF_PROTECTION_ENABLED: "true" }).catch(({ code }) => code),
  ).toBe("CONFIG_INVALID");
});
