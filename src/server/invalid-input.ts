import { type InputIssue, PluginError } from "../errors.ts";
import { serverName } from "./server-name.ts";

/** The error for an input that was refused, with all that is wrong with it. */
export function invalidInput(
  what: string,
  plugin: string,
  issues: readonly InputIssue[],
  cause?: unknown,
): PluginError {
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `${what}: ${list.join("; ")}`,
    plugin,
    phase: "configuring",
    issues,
    cause,
  });
}

export function invalidOptions(issues: readonly InputIssue[], cause?: unknown): PluginError {
  return invalidInput("Options of the plugin server are invalid", serverName, issues, cause);
}

/** A zod issue, as far as it is needed here. */
interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** What a schema found wrong, one issue for each field. */
export function issuesOf(issues: readonly SchemaIssue[]): InputIssue[] {
  return issues.flatMap(({ code, path, message, keys }) => {
    if (code !== "unrecognized_keys") return [{ path: path.map(String).join("."), message }];
    return (keys ?? []).map((key) => ({
      path: [...path, key].map(String).join("."),
      message: "is not known here; remove it, or mend its spelling",
    }));
  });
}
