import { type Stats, statSync } from "node:fs";
import path from "node:path";
import type { InputIssue } from "../errors.ts";
import { isRecord } from "./records.ts";
import { urlProblem } from "./url-problem.ts";
import { absolutePath } from "./user-path.ts";

/** The `mcp` section as it was written: any field may hold anything. */
interface RawMcp {
  readonly proto?: unknown;
  readonly url?: unknown;
  readonly script?: unknown;
  readonly cmd?: unknown;
  readonly env?: unknown;
  readonly cwd?: unknown;
  readonly uds?: unknown;
  readonly tls?: unknown;
}

/**
 * What is wrong with an `mcp` section beyond the types of its fields. It looks at the section as it was written, so that
 * all of this is found at once with fields of a wrong type.
 */
export function mcpIssues(pluginName: string, mcp: unknown): InputIssue[] {
  if (!isRecord(mcp)) return [];
  const raw: RawMcp = mcp;
  const issues = fieldIssues(raw);
  // What is wrong in itself is not compared with the rest.
  const wrong = issues.map(({ path }) => path);
  return [...issues, ...betweenFields(pluginName, raw).filter(({ path }) => !wrong.includes(path))];
}

function fieldIssues({ url, uds, tls }: RawMcp): InputIssue[] {
  const issues: InputIssue[] = [];
  const ofUrl = typeof url === "string" && url !== "" ? urlProblem(url) : undefined;
  if (ofUrl !== undefined) issues.push({ path: "mcp.url", message: ofUrl });
  const ofUds = udsProblem(uds, "MCP client");
  if (ofUds !== undefined) issues.push({ path: "mcp.uds", message: ofUds });
  return isRecord(tls) ? [...issues, ...tlsIssues(tls, "mcp.tls")] : issues;
}

function betweenFields(pluginName: string, raw: RawMcp): InputIssue[] {
  if (raw.proto === "STDIO") return stdioIssues(pluginName, raw);
  return raw.proto === "STREAMABLEHTTP" ? httpIssues(pluginName, raw) : [];
}

function stdioIssues(pluginName: string, raw: RawMcp): InputIssue[] {
  const issues: InputIssue[] = [];
  const refuse = (field: keyof RawMcp, message: string): unknown =>
    issues.push({ path: `mcp.${field}`, message });
  const stdio = `Plugin ${pluginName} has transport type set to STDIO`;
  if (isGiven(raw.url))
    refuse("url", "URL is only valid for HTTP/SSE transports: remove it, or set proto");
  if (isGiven(raw.uds))
    refuse("uds", "uds is only valid for STREAMABLEHTTP transport: remove it, or set proto");
  if (isGiven(raw.tls))
    refuse("tls", "TLS configuration is only valid for HTTP/SSE transports: remove it");
  const hasScript = isGiven(raw.script) && !isBlank(raw.script);
  if (!hasScript && !isGiven(raw.cmd))
    refuse("cmd", `${stdio} but no script/cmd value: set one of the two`);
  if (hasScript && isGiven(raw.cmd))
    refuse(
      "script",
      `Plugin ${pluginName} must set either script or cmd for STDIO, not both: remove one`,
    );
  return issues;
}

function httpIssues(pluginName: string, raw: RawMcp): InputIssue[] {
  const issues: InputIssue[] = [];
  for (const field of ["script", "cmd", "env", "cwd"] as const) {
    if (isGiven(raw[field]))
      issues.push({
        path: `mcp.${field}`,
        message: "script/cmd/env/cwd are only valid for STDIO transport: remove it, or set proto",
      });
  }
  const { url, uds, tls } = raw;
  if (!isGiven(url))
    issues.push({
      path: "mcp.url",
      message: `Plugin ${pluginName} has transport type set to StreamableHTTP but no url value: give the URL of the server, such as http://localhost:8000/mcp`,
    });
  if (isGiven(uds) && hasProtocol(url, "https:"))
    issues.push({
      path: "mcp.url",
      message:
        "TLS configuration is not supported for Unix domain sockets.: write http://localhost/mcp",
    });
  if (isGiven(tls) && isGiven(uds))
    issues.push({
      path: "mcp.tls",
      message: "TLS configuration is not supported for Unix domain sockets.",
    });
  else if (isGiven(tls) && hasProtocol(url, "http:"))
    issues.push({
      path: "mcp.tls",
      message: "has no effect on a URL that begins with http://: write https://, or remove it",
    });
  return issues;
}

function hasProtocol(url: unknown, protocol: string): boolean {
  return typeof url === "string" && url.slice(0, protocol.length).toLowerCase() === protocol;
}

// 108 bytes for the path and the NUL behind it; a longer one would be cut off without a word.
const maxUdsBytes = 107;

/** What is wrong with the path of a socket that `end` listens on, or connects to. */
export function udsProblem(uds: unknown, end: "MCP client" | "MCP server"): string | undefined {
  if (typeof uds !== "string") return undefined;
  if (isBlank(uds)) return `${end} uds must be a non-empty string.`;
  const absolute = absolutePath(uds);
  if (Buffer.byteLength(absolute) > maxUdsBytes)
    return `is longer than ${maxUdsBytes} bytes as an absolute path, the limit of the operating system`;
  const parent = path.dirname(absolute);
  if (!kindOf(parent)?.isDirectory())
    return `${end} uds parent directory does not exist: ${parent}`;
  return undefined;
}

interface RawTls {
  readonly certfile?: unknown;
  readonly keyfile?: unknown;
  readonly ca_bundle?: unknown;
}

/** What is wrong with the files of a TLS section, whose path is `at`. */
export function tlsIssues(tls: RawTls, at: string): InputIssue[] {
  const issues: InputIssue[] = [];
  for (const field of ["certfile", "keyfile", "ca_bundle"] as const) {
    const file = tls[field];
    if (typeof file === "string" && file !== "" && !kindOf(absolutePath(file))?.isFile())
      issues.push({
        path: `${at}.${field}`,
        message: `TLS file path does not exist: ${file}`,
      });
  }
  if (isGiven(tls.keyfile) && !isGiven(tls.certfile))
    issues.push({ path: `${at}.certfile`, message: "keyfile requires certfile to be specified" });
  return issues;
}

function kindOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** An empty text is what a template makes of a variable that is empty. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function isBlank(value: unknown): boolean {
  return typeof value === "string" && value.trim() === "";
}
