import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type PluginServer, type ServerTlsOptions, servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { type Certificate, CertificateMaker } from "./support/certificates.ts";
import { rawRequest } from "./support/raw-http.ts";
import { RawSocket } from "./support/raw-socket.ts";

let folder: string;
let make: CertificateMaker;
let authority: Certificate;
let ours: Certificate;
let client: Certificate;
let stranger: Certificate;
const servers: PluginServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tls-server-"));
  make = new CertificateMaker(folder);
  authority = make.authority("authority");
  ours = make.signed("server", authority);
  client = make.signed("client", authority);
  stranger = make.signed("stranger", make.authority("other"));
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function start(tls: ServerTlsOptions): Promise<PluginServer> {
  const server = await servePlugins(plugins, {
    transport: "http",
    host: "localhost",
    port: 0,
    tls,
    handleSignals: false,
  });
  servers.push(server);
  return server;
}

async function health(server: PluginServer, certificate?: Certificate, more?: RequestOptions) {
  const own = certificate && {
    cert: readFileSync(certificate.certfile),
    key: readFileSync(certificate.keyfile),
  };
  const options = { ca: readFileSync(authority.certfile), ...own, ...more };
  return (await rawRequest(server, { path: "/health", options })).status;
}

test("serves over TLS that a client can verify, and not without", async () => {
  const server = await start(ours);
  expect(server.url).toBe(`https://localhost:${server.port}/mcp`);
  expect(await health(server)).toBe(200);
  await expect(health(server, undefined, { ca: [] })).rejects.toThrow();
  const plain = { url: `http://localhost:${server.port}/mcp`, uds: undefined };
  await expect(rawRequest(plain, { path: "/health" })).rejects.toThrow();
});

test("versions before 1.2 are refused", async () => {
  const server = await start(ours);
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" } as const;
  await expect(health(server, undefined, old)).rejects.toThrow();
  expect(await health(server, undefined, { maxVersion: "TLSv1.2" })).toBe(200);
});

test("with a bundle of authorities, clients must show a certificate of theirs", async () => {
  const server = await start({ ...ours, ca_bundle: authority.certfile });
  expect(await health(server, client)).toBe(200);
  await expect(health(server)).rejects.toThrow();
  await expect(health(server, stranger)).rejects.toThrow();
});

test("an optional certificate may be missing, but not be wrong", async () => {
  const server = await start({ ...ours, ca_bundle: authority.certfile, ssl_cert_reqs: 1 });
  expect(await health(server, client)).toBe(200);
  expect(await health(server)).toBe(200);
  await expect(health(server, stranger)).rejects.toThrow();
});

test("with 0 certificates are not asked for", async () => {
  const server = await start({ ...ours, ca_bundle: authority.certfile, ssl_cert_reqs: 0 });
  expect(await health(server, stranger)).toBe(200);
});

test("the key may be encrypted, or in the file of the certificate", async () => {
  const keyfile = make.encrypted(ours, "secret");
  const encrypted = await start({ ...ours, keyfile, keyfile_password: "secret" });
  expect(await health(encrypted)).toBe(200);
  const combined = await start({ certfile: make.combined(ours) });
  expect(await health(combined)).toBe(200);
});

test("files that do not belong together are refused, and the password stays secret", async () => {
  const keyfile = make.encrypted(ours, "secret");
  const wrong: ServerTlsOptions[] = [
    { ...ours, keyfile, keyfile_password: "false secret" },
    { ...ours, keyfile },
    { ...ours, keyfile: client.keyfile },
    { certfile: ours.certfile },
    { ...ours, certfile: ours.keyfile },
  ];
  for (const tls of wrong) {
    const error = await start(tls).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path: "tls" }] });
    expect(JSON.stringify(error)).not.toContain("false secret");
  }
});

test("a bundle that holds no certificate is refused, instead of trusting everybody's authorities", async () => {
  const ca_bundle = path.join(folder, "empty.pem");
  await writeFile(ca_bundle, "");
  await expect(start({ ...ours, ca_bundle })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

// The only file of Linux that exists for everybody, and that nobody can read from its beginning.
test.runIf(process.platform === "linux")("a file that cannot be read is named", async () => {
  await expect(start({ ...ours, keyfile: "/proc/self/mem" })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    issues: [{ path: "tls.keyfile", message: "cannot be read: /proc/self/mem" }],
  });
});

test("a connection that never shakes hands does not delay the end", async () => {
  const server = await start(ours);
  const silent = await RawSocket.open({ port: server.port ?? 0, host: "localhost" });
  await server.close();
  await silent.closed;
});
