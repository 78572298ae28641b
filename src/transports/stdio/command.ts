import { access } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { childEnvironment } from "./environment.ts";
import { findExecutable, isDirectory, isExecutable, isFile, needsShell } from "./executable.ts";
import { configInvalid, type StdioField } from "./spawn-error.ts";
import type { ResolvedCommand, StdioSpec } from "./stdio-spec.ts";

interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly field: StdioField;
}

const isPosix = process.platform !== "win32";

/** Finds out what is to be run. Asked anew at each opening, since files come and go. Rejects with `CONFIG_INVALID`. */
export async function resolveCommand(spec: StdioSpec): Promise<ResolvedCommand> {
  const { plugin, mcp, inheritEnv, envAllow } = spec;
  const cwd = await resolveCwd(plugin, mcp.cwd);
  const env = childEnvironment({ inheritEnv, envAllow, env: mcp.env ?? {} });
  const { PATH } = env;
  const line = await resolveLine(spec, cwd);
  const file = isPosix ? await findExecutable(line.command, cwd, PATH) : undefined;
  // The system's fallback for such a file is /bin/sh, and no shell is to stand in between.
  if (file !== undefined && (await needsShell(file))) {
    const message = `${file} is neither a binary nor does it begin with #! and its interpreter`;
    throw configInvalid(plugin, line.field, message);
  }
  return { ...line, cwd, env, file };
}

async function resolveCwd(
  plugin: string,
  cwd: string | null | undefined,
): Promise<string | undefined> {
  if (cwd === null || cwd === undefined) return undefined;
  const directory = path.resolve(expandHome(cwd));
  if (await isDirectory(directory)) return directory;
  const message = `MCP stdio cwd ${cwd} does not exist or is not a directory.`;
  throw configInvalid(plugin, "mcp.cwd", message);
}

async function resolveLine(spec: StdioSpec, cwd: string | undefined): Promise<CommandLine> {
  const { cmd, script } = spec.mcp;
  if (cmd !== null && cmd !== undefined) return readCmd(spec.plugin, cmd);
  if (script !== null && script !== undefined && script !== "")
    return await resolveScript(spec, script, cwd);
  throw configInvalid(spec.plugin, "mcp", "STDIO transport requires script or cmd");
}

function readCmd(plugin: string, cmd: unknown): CommandLine {
  const words: readonly unknown[] = Array.isArray(cmd) ? cmd : [];
  if (words.every(isWord)) {
    const [command, ...args] = words;
    if (command !== undefined) return { command, args, field: "mcp.cmd" };
  }
  throw configInvalid(plugin, "mcp.cmd", "STDIO cmd must be a non-empty list of strings");
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

async function resolveScript(
  { plugin, python }: StdioSpec,
  script: string,
  cwd: string | undefined,
): Promise<CommandLine> {
  const field = "mcp.script";
  const shown = cwd === undefined ? expandHome(script) : path.resolve(cwd, expandHome(script));
  const file = path.resolve(shown);
  if (!(await exists(file)))
    throw configInvalid(plugin, field, `Server script ${shown} does not exist.`);
  switch (path.extname(file)) {
    case ".py":
      return { command: python, args: [file], field };
    case ".js":
    case ".mjs":
    case ".cjs":
      return { command: process.execPath, args: [file], field };
    case ".sh":
      return { command: "sh", args: [file], field };
    default:
      if ((await isFile(file)) && (await isExecutable(file)))
        return { command: file, args: [], field };
      throw configInvalid(plugin, field, `Server script ${shown} must be executable.`);
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(homedir(), file.slice(1)) : file;
}
