import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { CommandPolicy } from "../../options.ts";
import type { ChildCommand, SpawnPort } from "./child.ts";
import type { StdioField } from "./spawn-error.ts";

/** The stdio part of a plugin's `mcp` config. */
export interface StdioMcp {
  /** File to run, by its suffix or by itself. Relative to `cwd`; `~` is the home directory */
  readonly script?: string | null | undefined;
  /** Command and arguments. Wins over `script` */
  readonly cmd?: readonly string[] | null | undefined;
  /** Environment variables on top of the others */
  readonly env?: Readonly<Record<string, string>> | null | undefined;
  readonly cwd?: string | null | undefined;
}

export interface StdioSpec {
  /** Name of the plugin, for errors */
  readonly plugin: string;
  readonly mcp: StdioMcp;
  /** Longest line that the plugin may send */
  readonly maxMessageBytes: number;
  /** Time that each step of stopping gets */
  readonly stopGraceMs: number;
  /** Whether the child gets the whole environment of this process */
  readonly inheritEnv: boolean;
  /** Names of further environment variables that the child gets */
  readonly envAllow: readonly string[];
  /** Interpreter of `.py` scripts */
  readonly python: string;
  readonly commandPolicy?: CommandPolicy | undefined;
  /** Untrusted text, as it comes */
  readonly onStderr?: ((text: string) => void) | undefined;
  /** Whether plugin text may be logged */
  readonly exposePluginText: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default: looks at the files */
  readonly resolve?: CommandPort | undefined;
  /** Default: real processes */
  readonly spawn?: SpawnPort | undefined;
}

/** A command that has been checked, with what errors about it need. */
export interface ResolvedCommand extends ChildCommand {
  /** The part of the config that it comes from */
  readonly field: StdioField;
  /** The file that is run; undefined if there is none, or none was looked for */
  readonly file: string | undefined;
}

/** Finds out what is to be run. A simulation has no files to look at. */
export type CommandPort = (spec: StdioSpec) => Promise<ResolvedCommand>;
