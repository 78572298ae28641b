import type { InputIssue, PluginErrorCode } from "../../errors.ts";
import { PluginError } from "../../errors.ts";

/** The part of the config that an issue is about. */
export type StdioField = "mcp" | "mcp.script" | "mcp.cmd" | "mcp.cwd" | "mcp.env";

const exhausted: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]);

/** What a process may lack that got only a part of the environment. */
export const environmentHint: string =
  "It gets a short list of environment variables: if it needs others, name them in mcp.env or in the option envAllow, or set inheritEnv";

export function configInvalid(
  plugin: string,
  path: StdioField,
  message: string,
  cause?: unknown,
): PluginError {
  const issues: InputIssue[] = [{ path, message }];
  return new PluginError({
    code: "CONFIG_INVALID",
    message,
    plugin,
    phase: "spawning",
    issues,
    cause,
  });
}

export interface FailedSpawn {
  readonly plugin: string;
  readonly command: string;
  /** The file that the command names, if it was found */
  readonly file: string | undefined;
  readonly inheritEnv: boolean;
}

/** What it means that a process could not be started. */
export function spawnError(thrown: unknown, failed: FailedSpawn): PluginError {
  const systemCode = readSystemCode(thrown);
  const code: PluginErrorCode = exhausted.has(systemCode) ? "RESOURCE_EXHAUSTED" : "SPAWN_FAILED";
  return new PluginError({
    code,
    message: `${explain(systemCode, failed)}${failed.inheritEnv ? "" : `. ${environmentHint}`}`,
    plugin: failed.plugin,
    phase: "spawning",
    cause: withoutArguments(thrown),
  });
}

/** The error code of the operating system or of Node; empty if there is none. */
function readSystemCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}

function explain(systemCode: string, { command, file }: FailedSpawn): string {
  if (exhausted.has(systemCode))
    return `The system has no resources left to start a process (${systemCode})`;
  switch (systemCode) {
    case "ENOENT":
      return file === undefined
        ? `The command ${command} was not found${tildeHint(command)}`
        : `The interpreter that the first line of ${file} names was not found`;
    case "EACCES":
      return `The command ${command} must not be executed (EACCES)`;
    case "E2BIG":
      return `The arguments and environment of the command ${command} are too large (E2BIG)`;
    case "ERR_INVALID_ARG_VALUE":
      return `The command ${JSON.stringify(command)}, its arguments or its environment hold a NUL character`;
    default:
      return `The command ${command} could not be started${systemCode && ` (${systemCode})`}`;
  }
}

// As in the reference: a command is run as it is written, without a shell.
function tildeHint(command: string): string {
  return command.startsWith("~")
    ? ": ~ stands for the home directory in mcp.script and mcp.cwd only; write the whole path"
    : "";
}

// Node's own error shows the arguments, and people pass secrets in them.
function withoutArguments(thrown: unknown): Error | undefined {
  const code = readSystemCode(thrown);
  return code === "" ? undefined : Object.assign(new Error(`spawn ${code}`), { code });
}
