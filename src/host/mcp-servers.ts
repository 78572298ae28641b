import { z } from "zod";
import type { InputIssue } from "../errors.ts";
import { readHeaders } from "../models/headers.ts";
import { isRecord } from "../models/records.ts";

/** A server of the map `mcpServers`, as the entry of `plugins` that it stands for. */
export interface ListedServer {
  /** To be checked as any other */
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

export interface ServerRead {
  /** Missing if its issues leave nothing to be checked */
  readonly server?: ListedServer;
  /** Their paths begin at the server */
  readonly issues: readonly InputIssue[];
}

const readFields = ["command", "args", "env", "cwd", "url", "headers"] as const;
const processFields = ["args", "env", "cwd"] as const;
const types = ["stdio", "http", "streamable-http", "streamableHttp", "streamable_http"];

// What other hosts put into their entries besides is theirs: unknown keys are ignored.
const schema = z.object(
  {
    command: z.string("must be a text: the command").nullish(),
    args: z.array(z.string("must be a text"), "must be a list of texts").nullish(),
    env: z.custom<Record<string, unknown>>(isRecord, "must be an object of texts").nullish(),
    cwd: z.string("must be a text").nullish(),
    url: z.string("must be a text").nullish(),
    headers: z
      .record(z.string(), z.string("must be a text"), "must be an object of texts")
      .nullish(),
    disabled: z.boolean("must be true or false").nullish(),
  },
  "must be an object with command, or url",
);

/** Reads a server as other MCP hosts list it. `name` is its key. */
export function readServer(name: string, written: unknown): ServerRead {
  const checked = schema.safeParse(written);
  const issues: InputIssue[] = (checked.error?.issues ?? []).map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
  const given = givenOf(written);
  const isWrong = (field: string): boolean =>
    issues.some(({ path }) => path === field || path.startsWith(`${field}.`));
  for (const field of readFields) issues.push(...expansions(given[field], [field]));
  if (isRecord(written)) issues.push(...kindIssues(given));
  if (!isWrong("headers") && given.headers !== undefined)
    issues.push(...readHeaders(given.headers).issues);
  if (!checked.success || issues.length > 0) return { issues };
  const { command, args, env, cwd, url, headers, disabled } = checked.data;
  const isHttp = url !== undefined && url !== null;
  const reach = isHttp
    ? { proto: "STREAMABLEHTTP", url }
    : { proto: "STDIO", cmd: [command, ...(args ?? [])], env: filled(env), cwd };
  return {
    server: {
      input: { name, kind: "external", ...(disabled === true && { mode: "disabled" }), mcp: reach },
      headers: headers ?? undefined,
    },
    issues,
  };
}

/** The path that a problem of the entry has in the map. */
export function pathInMap(path: string): string {
  if (path === "name") return "";
  if (path === "mcp.cmd" || path === "mcp.cmd.0") return "command";
  const [, index] = /^mcp\.cmd\.(\d+)$/.exec(path) ?? [];
  return index === undefined ? path.replace(/^mcp\.?/, "") : `args.${Number(index) - 1}`;
}

interface Given {
  readonly type?: unknown;
  readonly transport?: unknown;
  readonly command?: unknown;
  readonly args?: unknown;
  readonly env?: unknown;
  readonly cwd?: unknown;
  readonly url?: unknown;
  readonly headers?: unknown;
}

/** What is there, and not null. */
function givenOf(written: unknown): Given {
  if (!isRecord(written)) return {};
  return Object.fromEntries(
    Object.entries(written).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** What does not go together. */
function kindIssues(given: Given): InputIssue[] {
  const { command, url } = given;
  if (command === undefined && url === undefined)
    return [...typeIssues(given), { path: "", message: "must have command, or url" }];
  if (command !== undefined && url !== undefined)
    return [
      ...typeIssues(given),
      { path: "url", message: "must not be given besides command: remove one" },
    ];
  const kind = command === undefined ? "url" : "command";
  const strangers = kind === "url" ? processFields : (["headers"] as const);
  return [
    ...typeIssues(given, kind),
    ...strangers
      .filter((field) => !isEmpty(given[field]))
      .map((path) => ({ path, message: `does not go with ${kind}: remove it` })),
  ];
}

/** `transport` is what some hosts call it. */
function typeIssues(given: Given, kind?: "command" | "url"): InputIssue[] {
  const path = given.type === undefined ? "transport" : "type";
  const type = given[path];
  if (type === undefined) return [];
  if (type === "sse" || type === "ws")
    return [{ path, message: `${type} is not supported: use http, or stdio` }];
  if (!types.includes(String(type)))
    return [{ path, message: `must be one of ${types.join(", ")}` }];
  if (kind === undefined || (type === "stdio") === (kind === "command")) return [];
  return [{ path, message: `${String(type)} does not go with ${kind}` }];
}

// Tools that write such files fill in what is not needed with nothing.
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "") return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

// An empty one is common there, while the reference refuses it.
function filled(env: Record<string, unknown> | null | undefined): unknown {
  return env !== undefined && env !== null && Object.keys(env).length > 0 ? env : undefined;
}

/** Other hosts fill in `${…}`. Here it would be passed on as it is, as a password perhaps. */
function expansions(value: unknown, path: readonly string[]): InputIssue[] {
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => expansions(inner, [...path, key]));
  const [, name] = /\$\{([\w:]*)/.exec(typeof value === "string" ? value : "") ?? [];
  if (name === undefined) return [];
  const message = `\${${name}…} is not filled in here: write {{ env.NAME }}, or {{ env.NAME | default('…') }}`;
  return [{ path: path.join("."), message }];
}
