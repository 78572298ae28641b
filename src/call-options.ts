import { type CallOutcome, type InputIssue, PluginError } from "./errors.ts";
import { hasMethods } from "./has-methods.ts";
import { isTimer, timerMessage } from "./timer-range.ts";

export type CallOption =
  | "signal"
  | "timeoutMs"
  | "drainMs"
  | "waitForReady"
  | "idempotencyKey"
  | "replyTo"
  | "clock"
  | "pluginName";

export const clockMethods: readonly string[] = ["now", "setTimeout", "clearTimeout"];

/** What is wrong with an option's value; undefined if nothing is. */
const problems: Readonly<Record<CallOption, (value: unknown) => string | undefined>> = {
  signal: (value) => (isSignal(value) ? undefined : "must be an AbortSignal"),
  timeoutMs: (value) => (isTimer(value) ? undefined : timerMessage),
  drainMs: (value) => (value === 0 || isTimer(value) ? undefined : timerMessage),
  waitForReady: (value) => (typeof value === "boolean" ? undefined : "must be true or false"),
  idempotencyKey: (value) =>
    typeof value === "string" && value !== "" ? undefined : "must be a text that is not empty",
  replyTo: (value) =>
    hasMethods(value, ["send"]) ? undefined : "must be an actor: it needs a method send",
  clock: (value) =>
    hasMethods(value, clockMethods) ? undefined : `must have methods ${clockMethods.join(", ")}`,
  pluginName: (value) => (typeof value === "string" ? undefined : "must be a text"),
};

/** By its shape: signals of other realms will do. Those are listened to once, to see whether they can be. */
function isSignal(value: unknown): boolean {
  if (!hasMethods(value, ["addEventListener", "removeEventListener"])) return false;
  const signal = value as Pick<AbortSignal, "aborted" | "addEventListener" | "removeEventListener">;
  if (typeof signal.aborted !== "boolean") return false;
  if (value instanceof AbortSignal) return true;
  const listener = (): void => {};
  signal.addEventListener("abort", listener);
  signal.removeEventListener("abort", listener);
  return true;
}

/**
 * The options of one call, checked before anything is done for it: a misspelt `timeout` would otherwise be no limit at all.
 * Each is read once, so that no getter can give another value later.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong
 */
export function readCallOptions<Options extends object>(
  options: Options,
  known: readonly (keyof Options & CallOption)[],
  plugin: string,
  outcome?: CallOutcome,
): Options {
  const issues: InputIssue[] = [];
  const read: Partial<Record<string, unknown>> = {};
  if (!isObject(options))
    issues.push({
      path: "",
      message: `must be an object with ${known.join(", ")}, or be left out`,
    });
  else {
    for (const name of known) {
      const { value, problem } = readOption(options, name);
      if (problem === undefined) read[name] = value;
      else issues.push({ path: name, message: problem });
    }
    issues.push(...strangers(options, known));
  }
  if (issues.length > 0) throw invalidCall(issues, plugin, outcome);
  return read as Options;
}

// A caller without types may pass anything.
function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function readOption(
  options: object,
  name: CallOption,
): { readonly value?: unknown; readonly problem?: string | undefined } {
  try {
    const value: unknown = Reflect.get(options, name);
    return { value, problem: value === undefined ? undefined : problems[name](value) };
  } catch {
    return { problem: "cannot be used: it throws when it is looked at" };
  }
}

function strangers(options: object, known: readonly string[]): InputIssue[] {
  try {
    return Object.keys(options)
      .filter((path) => !known.includes(path))
      .map((path) => ({ path, message: "is not an option; mend its spelling" }));
  } catch {
    return [{ path: "", message: "must be an object whose members can be read" }];
  }
}

function invalidCall(
  issues: readonly InputIssue[],
  plugin: string,
  outcome: CallOutcome | undefined,
): PluginError {
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path} ${message}`));
  const whose = plugin === "" ? "a call" : `a call of plugin ${plugin}`;
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `The options of ${whose} are invalid: ${list.join("; ")}`,
    plugin,
    outcome,
    phase: "configuring",
    issues,
  });
}
