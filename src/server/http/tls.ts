import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerOptions as HttpsOptions } from "node:https";
import { createSecureContext, type TLSSocket } from "node:tls";
import { invalidOptions } from "../invalid-input.ts";

/** TLS of a plugin server, in the names of the wire's configuration. Paths of PEM files. */
export interface ServerTlsOptions {
  readonly certfile: string;
  /** Default: the key is in `certfile` */
  readonly keyfile?: string;
  /** Authorities whose client certificates are accepted. Needed to ask for client certificates */
  readonly ca_bundle?: string;
  readonly keyfile_password?: string;
  /**
   * Whether clients must show a certificate: 0 no, 1 if they have one, 2 yes. Default 2 with a `ca_bundle`, else 0.
   */
  readonly ssl_cert_reqs?: 0 | 1 | 2;
}

/** Reads the files, once. Throws `CONFIG_INVALID` if they cannot be read or do not belong together. */
export function httpsOptions(tls: ServerTlsOptions): HttpsOptions {
  const certificate = read(tls.certfile, "certfile");
  const asked = tls.ssl_cert_reqs ?? (tls.ca_bundle === undefined ? 0 : 2);
  const options: HttpsOptions = {
    cert: certificate,
    key: tls.keyfile === undefined ? certificate : read(tls.keyfile, "keyfile"),
    passphrase: tls.keyfile_password,
    ca: tls.ca_bundle === undefined ? undefined : readAuthorities(tls.ca_bundle),
    minVersion: "TLSv1.2",
    handshakeTimeout: 10_000,
    requestCert: asked > 0,
    rejectUnauthorized: asked === 2,
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    const message = "certificate, key and password do not belong together";
    throw invalidOptions([{ path: "tls", message }], cause);
  }
  return options;
}

function read(path: string, option: keyof ServerTlsOptions): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalidOptions([{ path: `tls.${option}`, message: `cannot be read: ${path}` }], cause);
  }
}

// Node takes a bundle without a certificate for none at all, and then trusts the authorities of the public web.
function readAuthorities(path: string): Buffer {
  const bundle = read(path, "ca_bundle");
  try {
    new X509Certificate(bundle);
  } catch (cause) {
    throw invalidOptions([{ path: "tls.ca_bundle", message: "holds no certificate" }], cause);
  }
  return bundle;
}

/**
 * With client certificates optional, Node lets every certificate pass. One that is shown must be valid all the same.
 */
export function hasBadCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && socket.getPeerX509Certificate() !== undefined;
}
