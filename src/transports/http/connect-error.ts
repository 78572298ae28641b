import { PluginError, type PluginErrorCode, type PluginPhase } from "../../errors.ts";

/** The system has nothing left: says nothing about the server. */
const exhausted: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOBUFS",
  "EADDRNOTAVAIL",
]);

export function isExhausted(systemCode: string): boolean {
  return exhausted.has(systemCode);
}

export interface FailedConnection {
  readonly plugin: string;
  readonly phase: PluginPhase;
  /** The server, as messages show it */
  readonly server: string;
  readonly systemCode: string;
  readonly isTls: boolean;
  readonly hasCertificate: boolean;
}

/** What it means that a connection could not be made. */
export function connectError(failed: FailedConnection): PluginError {
  const { plugin, phase, systemCode } = failed;
  const [code, message] = explain(failed);
  const cause = Object.assign(new Error(`connect ${systemCode}`), { code: systemCode });
  return new PluginError({ code, message, plugin, phase, cause });
}

function explain(failed: FailedConnection): [PluginErrorCode, string] {
  const { plugin, server, systemCode, isTls, hasCertificate } = failed;
  if (isExhausted(systemCode))
    return [
      "RESOURCE_EXHAUSTED",
      `The system has no resources left to connect to ${server} (${systemCode})`,
    ];
  if (isTls)
    return [
      "TLS_FAILED",
      `TLS with ${server} failed (${systemCode}): ${explainTls(systemCode, hasCertificate)}`,
    ];
  const reason = reasons[systemCode] ?? "";
  return [
    "CONNECT_FAILED",
    `External plugin '${plugin}' connection failed: ${server} is not reachable (${systemCode}${reason}). Please ensure the MCP server is running.`,
  ];
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: ", its name is not known",
  EAI_AGAIN: ", its name cannot be looked up for now",
  ENOENT: ", there is no such socket",
  EACCES: ", this user may not connect to it",
  ETIMEDOUT: ", it did not answer in time",
  ENOTSOCK: ", it is no socket",
};

/** A client certificate that the server wants. */
export function certificateHint(hasCertificate: boolean): string {
  return hasCertificate
    ? "the server may not accept the client certificate of mcp.tls.certfile"
    : "the server may require a client certificate: set mcp.tls.certfile and keyfile";
}

function explainTls(systemCode: string, hasCertificate: boolean): string {
  const known = tlsReasons.find(([pattern]) => pattern.test(systemCode))?.[1];
  return known ?? certificateHint(hasCertificate);
}

const tlsReasons: readonly (readonly [RegExp, string])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|INVALID_CA|CHAIN_TOO_LONG/,
    "the authority of its certificate is not trusted: name it in mcp.tls.ca_bundle",
  ],
  [/CERT_HAS_EXPIRED/, "its certificate has expired"],
  [/CERT_NOT_YET_VALID/, "its certificate is not valid yet"],
  [
    /ALTNAME_INVALID/,
    "its certificate is for another host name: correct mcp.url, or the certificate",
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/, "the server does not speak TLS: is it http?"],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|INAPPROPRIATE_FALLBACK|NO_PROTOCOLS/,
    "the server does not speak TLS 1.2 or newer",
  ],
];
