import { PluginError } from "../../errors.ts";
import { resolveCommand } from "./command.ts";
import { configInvalid, spawnError } from "./spawn-error.ts";
import type { ResolvedCommand, StdioSpec } from "./stdio-spec.ts";

/** The command to run, checked and permitted. Rejects with a PluginError of phase `spawning`. */
export async function prepareCommand(spec: StdioSpec): Promise<ResolvedCommand> {
  const { resolve = resolveCommand } = spec;
  const command = await resolve(spec).catch((error: unknown) => {
    if (PluginError.is(error)) throw error;
    // Looking at a file fails where there are no descriptors left.
    const { plugin, inheritEnv } = spec;
    throw spawnError(error, { plugin, command: "", file: undefined, inheritEnv });
  });
  await askPolicy(spec, command);
  return command;
}

async function askPolicy(spec: StdioSpec, command: ResolvedCommand): Promise<void> {
  if (!spec.commandPolicy) return;
  let verdict: boolean | undefined;
  let cause: unknown;
  try {
    verdict = await spec.commandPolicy(command.command, [...command.args], command.cwd);
  } catch (error) {
    verdict = false;
    cause = error;
  }
  if (verdict !== false) return;
  const message = `commandPolicy refuses the command ${command.command}`;
  throw configInvalid(spec.plugin, command.field, message, cause);
}
