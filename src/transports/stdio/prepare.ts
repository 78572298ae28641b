import { PluginError } from "../../errors.ts";
import { askPolicy } from "../ask-policy.ts";
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
  await expectPermission(spec, command);
  return command;
}

async function expectPermission(spec: StdioSpec, command: ResolvedCommand): Promise<void> {
  const { commandPolicy } = spec;
  if (!commandPolicy) return;
  const { command: name, args, cwd } = command;
  const refusal = await askPolicy(() => commandPolicy(name, [...args], cwd));
  if (refusal === undefined) return;
  const message = `commandPolicy refuses the command ${name}${refusal.why}`;
  throw configInvalid(spec.plugin, command.field, message, refusal.cause);
}
