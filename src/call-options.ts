import { type CallOutcome, type InputIssue, PluginError } from "./errors.ts";
import { isTimer, timerMessage } from "./timer-range.ts";

export type CallOption = "signal" | "timeoutMs" | "drainMs" | "waitForReady" | "idempotencyKey";

/** What is wrong with an option's value; undefined if nothing is. */
const problems: Readonly<Record<CallOption, (value: unknown) => string | undefined>> = {
  signal: (value) => (isSignal(value) ? undefined : "must be an AbortSignal"),
  timeoutMs: (value) => (isTimer(value) ? undefined : timerMessage),
  drainMs: (value) => (value === 0 || isTimer(value) ? undefined : timerMessage),
  waitForReady: (value) => (typeof value === "boolean" ? undefined : "must be true or false"),
  idempotencyKey: (value) =>
    typeof value === "string" && value !== "" ? undefined : "must be a text that is not empty",
};

/** By its shape: signals of other realms will do. */
function isSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (
    typeof Reflect.get(value, "aborted") === "boolean" &&
    typeof Reflect.get(value, "addEventListener") === "function" &&
    typeof Reflect.get(value, "removeEventListener") === "function"
  );
}

/**
 * Checks the options of one call before anything is done for it: a misspelt `timeout` would otherwise be no limit at all.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong
 */
export function checkCallOptions(
  options: unknown,
  known: readonly CallOption[],
  plugin: string,
  outcome?: CallOutcome,
): void {
  const issues = issuesOf(options, known);
  if (issues.length === 0) return;
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path} ${message}`));
  throw new PluginError({
    code: "CONFIG_INVALID",
    message: `The options of a call of plugin ${plugin} are invalid: ${list.join("; ")}`,
    plugin,
    outcome,
    phase: "configuring",
    issues,
  });
}

function issuesOf(options: unknown, known: readonly CallOption[]): InputIssue[] {
  if (typeof options !== "object" || options === null)
    return [{ path: "", message: `must be an object with ${known.join(", ")}, or be left out` }];
  return Object.entries(options).flatMap(([path, value]) => {
    const message = problemOf(
      known.find((name) => name === path),
      value,
    );
    return message === undefined ? [] : [{ path, message }];
  });
}

function problemOf(option: CallOption | undefined, value: unknown): string | undefined {
  if (option === undefined) return "is not an option; mend its spelling";
  return value === undefined ? undefined : problems[option](value);
}
