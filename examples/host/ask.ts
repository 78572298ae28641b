import { randomUUID } from "node:crypto";
import { type HookType, hookTypes, isHookType, type PluginContext, PluginError } from "mcp-tether";
import { type HostConfig, loadHostConfig } from "mcp-tether/host";
import { UsageError } from "../demo/usage-error.ts";
import { type Answer, askPlugin, type Question } from "./ask-plugin.ts";
import type { AskOptions } from "./options.ts";
import { readObject } from "./read-object.ts";

export interface Asked {
  /** What all of them said, as it is printed */
  readonly answers: readonly Answer[];
  readonly exitCode: 0 | 1;
}

/**
 * Asks the plugins of a host's configuration, each by itself and with the same payload and context: what the one changes,
 * the other does not see.
 *
 * @throws UsageError for what the user can put right; the signal's reason
 */
export async function ask(options: AskOptions, signal: AbortSignal): Promise<Asked> {
  const config = await readConfig(options);
  const question: Question = {
    hook: hookNamed(options.hook),
    payload: await readObject(options.payload),
    context: await contextOf(options),
    signal,
  };
  const asked = config.plugins.filter(({ config: { name } }) => isWanted(name, options));
  const answers = await Promise.all(asked.map((plugin) => askPlugin(plugin, question)));
  signal.throwIfAborted();
  answers.sort((one, other) => one.priority - other.priority);
  answers.push(...othersOf(config, options));
  const count = (status: Answer["status"]): number =>
    answers.filter((answer) => answer.status === status).length;
  return { answers, exitCode: count("failed") === 0 && count("answered") > 0 ? 0 : 1 };
}

async function readConfig({ config: file, plugins }: AskOptions): Promise<HostConfig> {
  const config = await loadHostConfig(file).catch((error: unknown) => {
    throw PluginError.is(error) ? new UsageError(error.message, { cause: error }) : error;
  });
  const known = [
    ...config.plugins.map((plugin) => plugin.config.name),
    ...config.others.map(({ name }) => name),
  ];
  const unknown = plugins.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`${file} has no plugin ${unknown.join(", ")}; it has ${known.join(", ")}`);
  return config;
}

function isWanted(name: string, { plugins }: AskOptions): boolean {
  return plugins.length === 0 || plugins.includes(name);
}

function hookNamed(name: string): HookType {
  if (isHookType(name)) return name;
  throw new UsageError(`--hook must be one of ${hookTypes().join(", ")}`);
}

async function contextOf({ context }: AskOptions): Promise<PluginContext> {
  if (context !== undefined) return (await readObject(context)) as unknown as PluginContext;
  const global_context = { request_id: randomUUID(), state: {}, metadata: {} };
  return { state: {}, global_context, metadata: {} };
}

function othersOf({ others }: HostConfig, options: AskOptions): Answer[] {
  return others
    .filter(({ name }) => isWanted(name, options))
    .map(({ name, kind, priority }) => ({
      plugin: name,
      priority,
      status: "skipped",
      reason: kind === "external" ? "it is not reached over MCP" : `its kind is ${kind}`,
    }));
}
