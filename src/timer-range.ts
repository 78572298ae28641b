/** What Node's timers can wait: a longer time, or Infinity, would fire at once. */
export const longestTimerMs: number = 2 ** 31 - 1;

export const timerMessage: string = `must be a number of milliseconds from 1 to ${longestTimerMs}`;

export function isTimer(value: unknown): boolean {
  return typeof value === "number" && value >= 1 && value <= longestTimerMs;
}
