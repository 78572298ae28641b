import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Logger } from "../../../src/logger.ts";
import type { McpTlsConfig } from "../../../src/models/plugin-config.ts";
import type { HttpSpec } from "../../../src/transports/http/http-spec.ts";
import { type Certificate, CertificateMaker } from "../../server/support/certificates.ts";
import {
  afterwards,
  hookCall,
  neverAborted,
  newChannel,
  openChannel,
  readyChannel,
  shakeHands,
  startServer,
} from "./harness.ts";

let folder: string;
let make: CertificateMaker;
let authority: Certificate;
let ours: Certificate;
let client: Certificate;
let stranger: Certificate;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tls-client-"));
  make = new CertificateMaker(folder);
  authority = make.authority("authority");
  ours = make.signed("server", authority);
  client = make.signed("client", authority);
  stranger = make.signed("stranger", make.authority("other"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const safe = { verify: true, check_hostname: true } as const;

function serverTls(more: ServerOptions = {}): ServerOptions {
  return { cert: readFileSync(ours.certfile), key: readFileSync(ours.keyfile), ...more };
}

function mutualTls(more: ServerOptions = {}): ServerOptions {
  const ca = readFileSync(authority.certfile);
  return serverTls({ ca, requestCert: true, rejectUnauthorized: true, ...more });
}

function tlsOf(url: string, tls: Partial<McpTlsConfig>): Pick<HttpSpec, "mcp"> {
  return { mcp: { url, tls: { ...safe, ...tls } } };
}

async function refusal(
  url: string,
  tls: Partial<McpTlsConfig>,
  more: Partial<HttpSpec> = {},
): Promise<unknown> {
  const { channel } = newChannel(url, { ...tlsOf(url, tls), ...more });
  return await channel.open(neverAborted).catch((thrown: unknown) => thrown);
}

const trust = (): Partial<McpTlsConfig> => ({ ca_bundle: authority.certfile });
const identity = (): Partial<McpTlsConfig> => ({ ...trust(), ...client });

describe("a server with TLS", () => {
  test("that the bundle vouches for is called, and its session ended", async () => {
    const server = await startServer({ tls: serverTls() });
    const { channel, log } = await readyChannel(server.url, tlsOf(server.url, trust()));
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    await channel.close();
    expect(server.requests.at(-1)?.kind).toBe("DELETE");
    await server.until(({ openConnections }) => openConnections === 0);
  });

  test("by its address is checked, too", async () => {
    const server = await startServer({ tls: serverTls() });
    const url = server.url.replace("localhost", "127.0.0.1");
    await openChannel(url, tlsOf(url, trust()));
  });

  test("that nobody vouches for is TLS_FAILED before anything is sent", async () => {
    const server = await startServer({ tls: serverTls() });
    expect(await refusal(server.url, {})).toMatchObject({
      code: "TLS_FAILED",
      phase: "connecting",
      message: expect.stringContaining("name it in mcp.tls.ca_bundle"),
    });
    expect(server.requests).toEqual([]);
  });

  test("is verified whatever the environment says", async () => {
    const server = await startServer({ tls: serverTls() });
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    try {
      expect(await refusal(server.url, {})).toMatchObject({ code: "TLS_FAILED" });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("with a certificate for another name is TLS_FAILED", async () => {
    const server = await startServer({ tls: serverTls() });
    const url = server.url.replace("localhost", "127.0.0.2");
    const other = net.createServer((socket) => {
      const through = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => {}).pipe(through);
      through.on("error", () => {}).pipe(socket);
    });
    await new Promise<void>((resolve) => other.listen(server.port, "127.0.0.2", resolve));
    afterwards(async () => other.close());
    expect(await refusal(url, trust())).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("another host name"),
    });
  });

  test("with an expired certificate is TLS_FAILED", async () => {
    const expired = make.signed("expired", authority, { days: -1 });
    const tls = { cert: readFileSync(expired.certfile), key: readFileSync(expired.keyfile) };
    const server = await startServer({ tls });
    expect(await refusal(server.url, trust())).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("has expired"),
    });
  });

  test("with a certificate that is not valid yet is TLS_FAILED", async () => {
    const early = make.early("early", authority);
    const tls = { cert: readFileSync(early.certfile), key: readFileSync(early.keyfile) };
    const server = await startServer({ tls });
    expect(await refusal(server.url, trust())).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("is not valid yet"),
    });
  });

  test("that is too old is TLS_FAILED", async () => {
    const old: ServerOptions = {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL:@SECLEVEL=0",
    };
    const server = await startServer({ tls: serverTls(old) });
    expect(await refusal(server.url, trust())).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("TLS 1.2"),
    });
  });

  test("that has none is TLS_FAILED", async () => {
    const server = await startServer();
    const url = `https://localhost:${server.port}/mcp`;
    expect(await refusal(url, {})).toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("does not speak TLS"),
    });
  });

  test("that is away in the middle of the handshake is not reachable, which may pass", async () => {
    const rude = net.createServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
    afterwards(async () => rude.close());
    const { port } = rude.address() as net.AddressInfo;
    expect(await refusal(`https://127.0.0.1:${port}/mcp`, {})).toMatchObject({
      code: "CONNECT_FAILED",
    });
  });
});

describe("checks that are switched off", () => {
  function recorder(): { logger: Logger; warnings: unknown[][] } {
    const warnings: unknown[][] = [];
    const nothing = (): void => {};
    const warn = (...entry: unknown[]): void => {
      warnings.push(entry);
    };
    return { warnings, logger: { debug: nothing, info: nothing, error: nothing, warn } };
  }

  test("verify: connects to anybody, and says so aloud", async () => {
    const server = await startServer({ tls: serverTls() });
    const { logger, warnings } = recorder();
    await readyChannel(server.url, { ...tlsOf(server.url, { verify: false }), logger });
    expect(warnings).toEqual([
      [expect.stringContaining("mcp.tls.verify is false"), { plugin: "Guard" }],
    ]);
  });

  test("check_hostname: takes any name that is vouched for, and says so aloud", async () => {
    const named = make.signed("elsewhere", authority, { names: "DNS:elsewhere.example" });
    const tls = { cert: readFileSync(named.certfile), key: readFileSync(named.keyfile) };
    const server = await startServer({ tls });
    const { logger, warnings } = recorder();
    expect(await refusal(server.url, trust())).toMatchObject({ code: "TLS_FAILED" });
    const lax = { ...trust(), check_hostname: false };
    await readyChannel(server.url, { ...tlsOf(server.url, lax), logger });
    expect(warnings).toEqual([
      [expect.stringContaining("mcp.tls.check_hostname is false"), { plugin: "Guard" }],
    ]);
    expect(await refusal(server.url, { check_hostname: false })).toMatchObject({
      code: "TLS_FAILED",
    });
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a server that wants a client certificate, %s",
  (version) => {
    const options = (): ServerOptions => mutualTls({ minVersion: version, maxVersion: version });

    test("gets it on every connection, to the end of the session", async () => {
      const server = await startServer({ tls: options() });
      const { channel, log } = await readyChannel(server.url, tlsOf(server.url, identity()));
      channel.call([hookCall(1), hookCall(2), hookCall(3)]);
      await log.until(({ answers }) => answers.length === 3);
      await channel.close();
      expect(server.requests.at(-1)?.kind).toBe("DELETE");
      expect(server.connections).toBeGreaterThan(1);
      expect(server.failedHandshakes).toBe(0);
    });

    test.each<[string, () => Partial<McpTlsConfig>, string]>([
      ["none", trust, "may require a client certificate: set mcp.tls.certfile"],
      [
        "a stranger's",
        () => ({ ...trust(), ...stranger }),
        "may not accept the client certificate",
      ],
    ])("and gets %s refuses, with a hint, and nothing was processed", async (_, tls, hint) => {
      const server = await startServer({ tls: options() });
      const open = newChannel(server.url, tlsOf(server.url, tls()));
      const failure = await open.channel
        .open(neverAborted)
        .then(() => shakeHands(open))
        .catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: "TLS_FAILED", message: expect.stringContaining(hint) });
      expect(server.requests).toEqual([]);
    });
  },
);

test("a server that dies in the handshake of the protocol is not blamed on certificates", async () => {
  const server = await startServer({ tls: serverTls() });
  server.on("initialize", (request) => request.cut());
  const open = await openChannel(server.url, tlsOf(server.url, trust()));
  await expect(shakeHands(open)).rejects.toMatchObject({ code: "SESSION_LOST" });
});

describe("files", () => {
  test("are read once per opening, and not again for further connections", async () => {
    const server = await startServer({ tls: mutualTls() });
    const certfile = path.join(folder, "passing.crt");
    const keyfile = path.join(folder, "passing.key");
    writeFileSync(certfile, readFileSync(client.certfile));
    writeFileSync(keyfile, readFileSync(client.keyfile));
    const tls = { ...trust(), certfile, keyfile };
    const { channel, log } = await readyChannel(server.url, tlsOf(server.url, tls));
    await rm(certfile);
    await rm(keyfile);
    channel.call([hookCall(1), hookCall(2), hookCall(3)]);
    await log.until(({ answers }) => answers.length === 3);
    // The next opening reads them anew.
    expect(await refusal(server.url, tls)).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("with certificate and key in one, or with a key under a password, are used", async () => {
    const server = await startServer({ tls: mutualTls() });
    const combined = { ...trust(), certfile: make.combined(client) };
    await readyChannel(server.url, tlsOf(server.url, combined));
    const keyfile = make.encrypted(client, "s3cret");
    const locked = { ...identity(), keyfile, keyfile_password: "s3cret" };
    await readyChannel(server.url, tlsOf(server.url, locked));
  });

  const missing = (): string => path.join(folder, "missing.pem");
  const nonsense = (): string => {
    const file = path.join(folder, "nonsense.pem");
    writeFileSync(file, "nothing of the kind");
    return file;
  };

  test.each<[string, string, () => Partial<McpTlsConfig>]>([
    ["a missing certificate", "certfile", () => ({ ...client, certfile: missing() })],
    ["a missing key", "keyfile", () => ({ ...client, keyfile: missing() })],
    ["a missing bundle", "ca_bundle", () => ({ ca_bundle: missing() })],
    ["a folder for a bundle", "ca_bundle", () => ({ ca_bundle: folder })],
    ["a certificate that is none", "certfile", () => ({ ...client, certfile: nonsense() })],
    ["a key that is none", "keyfile", () => ({ ...client, keyfile: nonsense() })],
    ["a certificate without its key", "certfile", () => ({ certfile: client.certfile })],
    ["a bundle without a certificate", "ca_bundle", () => ({ ca_bundle: nonsense() })],
    ["another's key", "keyfile", () => ({ ...client, keyfile: stranger.keyfile })],
    [
      "a wrong password",
      "keyfile_password",
      () => ({ ...client, keyfile: make.encrypted(client, "right"), keyfile_password: "s3cret" }),
    ],
    [
      "no password",
      "keyfile_password",
      () => ({ ...client, keyfile: make.encrypted(client, "right") }),
    ],
  ])("with %s are refused, and the field is named", async (_, field, tls) => {
    const server = await startServer({ tls: mutualTls() });
    const error = await refusal(server.url, { ...trust(), ...tls() });
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      phase: "connecting",
      message: expect.stringContaining(
        `Failed to configure SSL context for plugin 'Guard': mcp.tls.${field}: `,
      ),
      issues: [{ path: `mcp.tls.${field}` }],
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("s3cret");
    expect(server.connections).toBe(0);
  });

  // Later versions of Node read the variable when they start.
  test.skipIf("getCACertificates" in tls)(
    "of a bundle are added to the system's authorities",
    async () => {
      const extra = make.authority("extra");
      const known = make.signed("known-elsewhere", extra);
      const tls = { cert: readFileSync(known.certfile), key: readFileSync(known.keyfile) };
      const server = await startServer({ tls });
      // The test's own authority stands for one of the system's.
      vi.stubEnv("NODE_EXTRA_CA_CERTS", extra.certfile);
      try {
        await openChannel(server.url, tlsOf(server.url, trust()));
      } finally {
        vi.unstubAllEnvs();
      }
    },
  );
});
