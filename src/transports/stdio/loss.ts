import { PluginError, type PluginPhase, type ProcessExit } from "../../errors.ts";
import { environmentHint } from "./spawn-error.ts";

/** The first sign that a process is lost. */
export type LossSign = "exited" | "stdoutEnded" | "stdinFailed";

export interface LossFacts {
  readonly plugin: string;
  readonly phase: PluginPhase;
  readonly sign: LossSign;
  readonly exit: ProcessExit | null;
  readonly stderrTail: string;
  readonly inheritEnv: boolean;
}

export function lossError(facts: LossFacts): PluginError {
  const { plugin, phase, exit, stderrTail, inheritEnv } = facts;
  const isStart = phase === "spawning" || phase === "initializing";
  const when = isStart ? " before the MCP handshake was over" : "";
  const hint = isStart && exit !== null && !inheritEnv ? `. ${environmentHint}` : "";
  return new PluginError({
    code: "SESSION_LOST",
    message: `The plugin process ${describe(facts)}${when}${hint}`,
    plugin,
    phase,
    exit: exit ?? undefined,
    stderrTail: stderrTail === "" ? undefined : stderrTail,
  });
}

function describe({ sign, exit }: LossFacts): string {
  if (exit?.signal) return `was ended by ${exit.signal}`;
  if (exit) return `exited with code ${exit.code}`;
  return sign === "stdinFailed" ? "closed its standard input" : "closed its standard output";
}
