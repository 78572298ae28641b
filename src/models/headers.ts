import type { InputIssue } from "../errors.ts";

/** They are ours, or describe the connection. */
const reserved: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "last-event-id",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const namePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a tab is the one control character that a value may hold.
const valuePattern = /^[\x09\x20-\x7e\x80-\xff]*$/;

export interface HeadersRead {
  /** Names, in lower case, and values in turn */
  readonly pairs: readonly string[];
  readonly issues: readonly InputIssue[];
}

/** Checks HTTP headers that a user gives. */
export function readHeaders(given: unknown): HeadersRead {
  const pairs: string[] = [];
  const issues: InputIssue[] = [];
  if (typeof given !== "object" || given === null)
    return { pairs, issues: [{ path: "headers", message: "must be an object of strings" }] };
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    const problem = seen.has(key) ? "is given twice" : headerProblem(key, value);
    seen.add(key);
    if (problem === undefined) pairs.push(key, String(value));
    else issues.push({ path: `headers.${name}`, message: problem });
  }
  return { pairs, issues };
}

function headerProblem(name: string, value: unknown): string | undefined {
  if (!namePattern.test(name)) return "is no name of an HTTP header";
  if (reserved.has(name) || name.startsWith("mcp-")) return "is set by the connection itself";
  if (typeof value !== "string" || !valuePattern.test(value))
    return "must be a string without line breaks, of characters below 256";
  return undefined;
}
