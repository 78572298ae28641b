import { type InputIssue, PluginError } from "./errors.ts";

/** What Node's timers can wait: a longer time, or Infinity, would fire at once. */
export const longestTimerMs: number = 2 ** 31 - 1;

export const timerMessage: string = `must be a number of milliseconds from 1 to ${longestTimerMs}`;

export function isTimer(value: unknown): boolean {
  return typeof value === "number" && value >= 1 && value <= longestTimerMs;
}

/** @throws PluginError `CONFIG_INVALID` that names the field */
export function checkTimer(value: unknown, path: string, plugin: string): void {
  if (isTimer(value)) return;
  const issues: InputIssue[] = [{ path, message: timerMessage }];
  throw new PluginError({
    code: "CONFIG_INVALID",
    message: `${path} ${timerMessage}`,
    plugin,
    phase: "configuring",
    issues,
  });
}
