import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import tls from "node:tls";
import { PluginError } from "../../errors.ts";
import type { McpTlsConfig } from "../../models/plugin-config.ts";

/** What the TLS connections of one opening need. */
export interface TlsMaterial {
  readonly secureContext: tls.SecureContext;
  readonly verify: boolean;
  readonly checkHostname: boolean;
  readonly hasCertificate: boolean;
}

type TlsField = keyof McpTlsConfig;

/** Reads the files, once. Rejects with `CONFIG_INVALID`, naming the field at fault. */
export async function readTls(
  plugin: string,
  config: McpTlsConfig | undefined,
): Promise<TlsMaterial> {
  const refuse = (field: TlsField, problem: string, cause?: unknown): never => {
    throw tlsInvalid(plugin, `mcp.tls.${field}`, problem, cause);
  };
  const read = async (field: "certfile" | "keyfile" | "ca_bundle"): Promise<Buffer | undefined> => {
    const file = config?.[field];
    if (file === undefined) return undefined;
    return await readFile(file).catch((error: NodeJS.ErrnoException) =>
      refuse(field, `the file ${file} cannot be read (${error.code})`, error),
    );
  };
  const [cert, ownKey, bundle] = await Promise.all([
    read("certfile"),
    read("keyfile"),
    read("ca_bundle"),
  ]);
  const key = ownKey ?? cert;
  if (bundle) checkCertificate(bundle, (cause) => refuse("ca_bundle", noCertificate, cause));
  if (cert && key) checkPair(cert, key, config, refuse);
  const ca = bundle && [...(await systemAuthorities()), bundle.toString()];
  const passphrase = config?.keyfile_password;
  try {
    return {
      secureContext: tls.createSecureContext({ cert, key, passphrase, ca, minVersion: "TLSv1.2" }),
      verify: config?.verify ?? true,
      checkHostname: config?.check_hostname ?? true,
      hasCertificate: cert !== undefined,
    };
  } catch (cause) {
    const problem = "certificate, key and authorities cannot be used";
    throw tlsInvalid(plugin, "mcp.tls", problem, cause);
  }
}

function checkPair(
  cert: Buffer,
  key: Buffer,
  config: McpTlsConfig | undefined,
  refuse: (field: TlsField, problem: string, cause?: unknown) => never,
): void {
  const leaf = checkCertificate(cert, (cause) => refuse("certfile", noCertificate, cause));
  const keyField = config?.keyfile === undefined ? "certfile" : "keyfile";
  const privateKey = readKey(key, config?.keyfile_password, (cause) =>
    key.includes("ENCRYPTED")
      ? refuse("keyfile_password", "it does not open the private key", cause)
      : refuse(keyField, "the file holds no private key in PEM", cause),
  );
  if (!leaf.checkPrivateKey(privateKey))
    refuse(keyField, "the private key does not belong to the certificate");
}

function readKey(
  key: Buffer,
  passphrase: string | undefined,
  refuse: (cause: unknown) => never,
): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? key : { key, passphrase });
  } catch (cause) {
    return refuse(cause);
  }
}

const noCertificate = "the file holds no certificate in PEM";

// Node takes a file without a certificate for none at all.
function checkCertificate(pem: Buffer, refuse: (cause: unknown) => never): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    return refuse(cause);
  }
}

// Authorities that are given take the place of those that Node has, so these are given too.
async function systemAuthorities(): Promise<readonly string[]> {
  if (hasStore(tls)) return tls.getCACertificates("default");
  const { NODE_EXTRA_CA_CERTS: extraFile } = process.env;
  const extra = extraFile ? await readFile(extraFile, "utf8").catch(() => undefined) : undefined;
  return extra === undefined ? tls.rootCertificates : [...tls.rootCertificates, extra];
}

/** Node 22.15 and later, which also know the authorities of the operating system. */
interface AuthorityStore {
  getCACertificates(type: "default"): string[];
}

function hasStore(module: object): module is AuthorityStore {
  return "getCACertificates" in module;
}

function tlsInvalid(plugin: string, path: string, problem: string, cause: unknown): PluginError {
  const message = `Failed to configure SSL context for plugin '${plugin}': ${path}: ${problem}`;
  return new PluginError({
    code: "CONFIG_INVALID",
    message,
    plugin,
    phase: "connecting",
    issues: [{ path, message: problem }],
    cause,
  });
}
