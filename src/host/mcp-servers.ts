import { z } from "zod";
import type { InputIssue } from "../errors.ts";
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

const readFields = ["command", "args", "env", "cwd", "url", "headers"];
const types = ["stdio", "http", "streamable-http", "streamableHttp", "streamable_http"];

// What other hosts put into their entries besides is theirs: unknown keys are ignored.
const schema = z.object(
  {
    type: z.unknown().optional(),
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
  const issues: InputIssue[] = isRecord(written)
    ? readFields.flatMap((field) => expansions(written[field], [field]))
    : [];
  for (const { path, message } of checked.error?.issues ?? [])
    issues.push({ path: path.map(String).join("."), message });
  if (!checked.success) return { issues };
  const { type, command, args, env, cwd, url, headers, disabled } = checked.data;
  issues.push(...typeIssues(type, command ?? null, url ?? null));
  if (issues.length > 0) return { issues };
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

function typeIssues(type: unknown, command: string | null, url: string | null): InputIssue[] {
  if (type === "sse" || type === "ws")
    return [{ path: "type", message: `${type} is not supported: use http, or stdio` }];
  if (type !== undefined && type !== null && !types.includes(String(type)))
    return [{ path: "type", message: `must be one of ${types.join(", ")}` }];
  if (command === null && url === null) return [{ path: "", message: "must have command, or url" }];
  if (command !== null && url !== null)
    return [{ path: "url", message: "must not be given besides command: remove one" }];
  if (type !== undefined && type !== null && (type === "stdio") !== (command !== null))
    return [
      { path: "type", message: `${type} does not go with ${url === null ? "command" : "url"}` },
    ];
  return [];
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
