import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { parseHostConfig, serveOptions } from "../../src/host/index.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";

let folder: string;
let certificate: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serve-options-"));
  certificate = path.join(folder, "c.pem");
  writeFileSync(certificate, "");
});

afterAll(() => rmSync(folder, { recursive: true }));

const http = { PLUGINS_TRANSPORT: "http" };

describe("the transport", () => {
  test.each([
    ["stdio", "stdio"],
    [" STDIO ", "stdio"],
    ["http", "http"],
    ["streamablehttp", "http"],
  ])("is what the environment says: %j", (written, transport) => {
    expect(serveOptions({ env: { PLUGINS_TRANSPORT: written } }).transport).toBe(transport);
  });

  test("is what the program says, first of all", () => {
    expect(serveOptions({ env: http, transport: "stdio" })).toStrictEqual({ transport: "stdio" });
  });

  describe("without a word is found out from standard input", () => {
    beforeAll(expectBuilt);

    const module = path.join(projectRoot, "dist/src/host/index.js");
    const script = `import { serveOptions } from ${JSON.stringify(module)};
      process.stdout.write(serveOptions({ env: {} }).transport)`;
    const run = (stdin: "pipe" | "ignore" | number): string =>
      spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        stdio: [stdin, "pipe", "inherit"],
        encoding: "utf8",
      }).stdout;

    test("a pipe is a client", () => expect(run("pipe")).toBe("stdio"));
    test("nothing is none", () => expect(run("ignore")).toBe("http"));
    test("a file is one that has said all", () => {
      const file = openSync(certificate, "r");
      expect(run(file)).toBe("stdio");
      closeSync(file);
    });
  });
});

describe("where the server listens", () => {
  test("by default, by the environment, by the configuration, which alone counts", () => {
    expect(serveOptions({ env: http })).toStrictEqual({
      transport: "http",
      host: "127.0.0.1",
      port: 8_000,
    });
    const env = { ...http, PLUGINS_SERVER_HOST: "0.0.0.0", PLUGINS_SERVER_PORT: "9000" };
    expect(serveOptions({ env })).toStrictEqual({
      transport: "http",
      host: "0.0.0.0",
      port: 9_000,
    });
    const config = parseHostConfig("server_settings: {port: 9001}", { env: {} });
    expect(serveOptions({ ...config, env })).toStrictEqual({
      transport: "http",
      host: "127.0.0.1",
      port: 9_001,
    });
  });

  test("a Unix socket instead", () => {
    const uds = path.join(folder, "p.sock");
    expect(serveOptions({ env: { ...http, PLUGINS_SERVER_UDS: uds } })).toStrictEqual({
      transport: "http",
      uds,
    });
  });

  test("with TLS, if it is switched on", () => {
    const env = {
      ...http,
      PLUGINS_SERVER_SSL_CERTFILE: certificate,
      PLUGINS_SERVER_SSL_KEYFILE: certificate,
      PLUGINS_SERVER_SSL_CA_CERTS: certificate,
      PLUGINS_SERVER_SSL_KEYFILE_PASSWORD: "pass",
      PLUGINS_SERVER_SSL_CERT_REQS: "1",
    };
    expect(serveOptions({ env })).not.toHaveProperty("tls");
    expect(serveOptions({ env: { ...env, PLUGINS_SERVER_SSL_ENABLED: "on" } })).toHaveProperty(
      "tls",
      {
        certfile: certificate,
        keyfile: certificate,
        ca_bundle: certificate,
        keyfile_password: "pass",
        ssl_cert_reqs: 1,
      },
    );
  });

  test("the environment of HTTP is of no interest to stdio", () => {
    const env = { PLUGINS_TRANSPORT: "stdio", PLUGINS_SERVER_PORT: "abc" };
    expect(serveOptions({ env })).toStrictEqual({ transport: "stdio" });
  });
});

test("all variables that are wrong are named", () => {
  const env = {
    ...http,
    PLUGINS_SERVER_PORT: "abc",
    PLUGINS_SERVER_UDS: "/no/such/folder/p.sock",
    PLUGINS_SERVER_SSL_ENABLED: "yes",
    PLUGINS_SERVER_SSL_KEYFILE: "/no/such.key",
    PLUGINS_SERVER_SSL_CERT_REQS: "3",
  };
  let error: unknown;
  try {
    serveOptions({ env });
  } catch (thrown) {
    error = thrown;
  }
  expect(PluginError.is(error) && error.issues?.map(({ path: at }) => at).sort()).toStrictEqual([
    "PLUGINS_SERVER_PORT",
    "PLUGINS_SERVER_SSL_CERTFILE",
    "PLUGINS_SERVER_SSL_CERT_REQS",
    "PLUGINS_SERVER_SSL_ENABLED",
    "PLUGINS_SERVER_SSL_KEYFILE",
    "PLUGINS_SERVER_UDS",
  ]);
  expect(String(error)).toContain(
    "\n  PLUGINS_SERVER_PORT: must be a whole number, from 0 to 65535",
  );
  const secure = { ...http, PLUGINS_SERVER_SSL_ENABLED: "yes" };
  expect(() => serveOptions({ env: secure })).toThrow(
    "PLUGINS_SERVER_SSL_CERTFILE: is needed to serve over TLS",
  );
});
