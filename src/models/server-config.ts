import { z } from "zod";
import type { InputIssue } from "../errors.ts";
import { tlsIssues, udsProblem } from "./mcp-rules.ts";
import { isRecord } from "./records.ts";
import { absolutePath } from "./user-path.ts";

/** TLS of a plugin server, as the section `server_settings` has it. Paths are absolute. */
export interface McpServerTlsConfig {
  readonly certfile: string;
  /** Missing: the key is in `certfile` */
  readonly keyfile?: string;
  readonly ca_bundle?: string;
  readonly keyfile_password?: string;
  /** Whether clients must show a certificate: 0 no, 1 if they have one, 2 yes. Missing: 2 with a `ca_bundle`, else 0 */
  readonly ssl_cert_reqs?: 0 | 1 | 2;
}

/** Where a plugin server listens: the section `server_settings`. */
export interface McpServerConfig {
  /** Default 127.0.0.1 */
  readonly host: string;
  /** Default 8000 */
  readonly port: number;
  /** Path of a Unix socket to listen on instead, absolute */
  readonly uds: string | null;
  readonly tls: McpServerTlsConfig | null;
}

const text = z.string("must be a text");
const filled = text.refine((value) => value.trim() !== "", "must not be blank");

const tls = z.object(
  {
    certfile: text.nullish(),
    keyfile: text.nullish(),
    ca_bundle: text.nullish(),
    keyfile_password: text.nullish(),
    ssl_cert_reqs: z.literal([0, 1, 2], "must be 0, 1 or 2").optional(),
  },
  "must be an object",
);

const schema = z.object(
  {
    host: filled.default("127.0.0.1"),
    port: z.int("must be a whole number").min(0, noPort()).max(65_535, noPort()).default(8_000),
    uds: text.nullish(),
    tls: tls.nullish(),
  },
  "must be an object",
);

function noPort(): string {
  return "must be a port, from 0 to 65535";
}

export interface ServerConfigRead {
  /** Missing if there are issues */
  readonly config?: McpServerConfig;
  /** Their paths begin at the section */
  readonly issues: readonly InputIssue[];
}

/** Checks the section `server_settings` of a configuration. Unknown fields are ignored. */
export function readServerConfig(input: unknown): ServerConfigRead {
  const checked = schema.safeParse(input);
  const issues: InputIssue[] = [];
  for (const { path, message } of checked.error?.issues ?? [])
    issues.push({ path: path.map(String).join("."), message });
  if (isRecord(input)) issues.push(...rules(input));
  if (!checked.success || issues.length > 0) return { issues };
  const { host, port, uds, tls } = checked.data;
  const config = {
    host,
    port,
    uds: uds === undefined || uds === null ? null : absolutePath(uds),
    tls: tls === undefined || tls === null ? null : toTls(tls),
  };
  return { config, issues };
}

/** The section as it was written: any field may hold anything. */
interface RawServer {
  readonly uds?: unknown;
  readonly tls?: unknown;
}

interface RawServerTls {
  readonly certfile?: unknown;
  readonly keyfile?: unknown;
}

function rules({ uds, tls }: RawServer): InputIssue[] {
  const issues: InputIssue[] = [];
  const problem = udsProblem(uds, "MCP server");
  if (problem !== undefined) issues.push({ path: "uds", message: problem });
  if (!isGiven(tls)) return issues;
  if (isGiven(uds))
    issues.push({
      path: "tls",
      message: "TLS configuration is not supported for Unix domain sockets.",
    });
  if (!isRecord(tls)) return issues;
  const { certfile, keyfile }: RawServerTls = tls;
  // The reference only warns, and serves without TLS.
  if (!certfile && !keyfile)
    issues.push({ path: "tls.certfile", message: "is needed to serve over TLS" });
  return [...issues, ...tlsIssues(tls, "tls")];
}

function toTls(given: z.infer<typeof tls>): McpServerTlsConfig {
  const { certfile, keyfile, ca_bundle, keyfile_password, ssl_cert_reqs } = given;
  return {
    certfile: absolutePath(certfile ?? ""),
    ...(keyfile ? { keyfile: absolutePath(keyfile) } : {}),
    ...(ca_bundle ? { ca_bundle: absolutePath(ca_bundle) } : {}),
    ...(typeof keyfile_password === "string" ? { keyfile_password } : {}),
    ...(ssl_cert_reqs === undefined ? {} : { ssl_cert_reqs }),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
