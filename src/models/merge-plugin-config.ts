import { PluginError } from "../errors.ts";
import { givenFieldsSchema, givenOf, sharedDefaults } from "./config-fields.ts";
import { frozenCopy } from "./frozen-copy.ts";
import type { ParsedPluginConfig } from "./parse-plugin-config.ts";
import type { PluginConfig } from "./plugin-config.ts";
import { isRecord } from "./records.ts";

/**
 * The configuration that counts: what the host gave, over what the server says, over the defaults, field by field. The
 * connection itself (`name`, `kind`, `mcp`) is the host's alone. Unknown fields of the server are left out.
 *
 * @param remote what `get_plugin_config` answered; nothing, null or `{}` if the server knows no such plugin
 * @throws PluginError `CONFIG_FETCH_FAILED` if that is empty, of another plugin, or malformed
 */
export function mergePluginConfig(local: ParsedPluginConfig, remote: unknown): PluginConfig {
  const { config, given } = local;
  const { name, kind, mcp } = config;
  const theirs = readRemote(name, remote);
  const ours = Object.fromEntries(Object.entries(config).filter(([field]) => given.has(field)));
  return frozenCopy({ name, kind, ...sharedDefaults, ...theirs, ...ours, mcp });
}

/** The hooks that a server's configuration of the plugin lists; undefined if it says nothing of them. */
export function listedHooks(remote: unknown): readonly string[] | undefined {
  if (!isRecord(remote)) return undefined;
  const { hooks }: { hooks?: unknown } = remote;
  return Array.isArray(hooks) ? hooks.filter((hook) => typeof hook === "string") : undefined;
}

function readRemote(plugin: string, remote: unknown): ReturnType<typeof givenOf> {
  if (remote === undefined || remote === null || isEmpty(remote))
    throw failed(
      plugin,
      `Unable to retrieve configuration for external plugin: the server has none for the name ${plugin}. Either it knows no plugin of that name, or it is no plugin server`,
    );
  if (!isRecord(remote)) throw malformed(plugin, ["it is no object"]);
  checkName(plugin, remote);
  const checked = givenFieldsSchema.safeParse(remote);
  if (checked.success) return givenOf(checked.data);
  const issues = checked.error.issues.map(
    ({ path, message }) => `${path.map(String).join(".")} ${message}`,
  );
  throw malformed(plugin, issues);
}

function isEmpty(remote: unknown): boolean {
  return isRecord(remote) && Object.keys(remote).length === 0;
}

// Servers look up configurations without regard to case, and hooks with it: every call would fail.
function checkName(plugin: string, { name }: { readonly name?: unknown }): void {
  if (name === undefined || name === plugin) return;
  const why =
    typeof name === "string" && name.toLowerCase() === plugin.toLowerCase()
      ? "it spells the name with other upper and lower case; spell it so in the host's configuration too"
      : "its name is another one";
  throw failed(
    plugin,
    `The configuration that the server has for plugin ${plugin} cannot be used: ${why}`,
  );
}

function malformed(plugin: string, issues: readonly string[]): PluginError {
  return failed(
    plugin,
    `The configuration that the server has for plugin ${plugin} is malformed: ${issues.join("; ")}`,
  );
}

function failed(plugin: string, message: string): PluginError {
  return new PluginError({
    code: "CONFIG_FETCH_FAILED",
    message,
    plugin,
    phase: "fetchingConfig",
  });
}
