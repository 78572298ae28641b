import type { Clock } from "../../clock.ts";
import type { Child } from "./child.ts";

const firstLookMs = 5;
const longestLookMs = 80;
const groupGraceMs = 500;

export interface StopRequest {
  readonly child: Child;
  /** Resolves when the process has exited, or could not be started */
  readonly gone: Promise<void>;
  readonly clock: Clock;
  /** Time that each step gets */
  readonly graceMs: number;
}

/** What it took to end a process group. */
export interface StopReport {
  readonly lastStep: "endOfInput" | "SIGTERM" | "SIGKILL";
  /** Something of the group still runs, after all steps */
  readonly survived: boolean;
}

/**
 * Ends a child process and all others of its group: end of its input, SIGTERM, SIGKILL, each with its time. What the child
 * leaves behind in its group gets SIGTERM at once, and SIGKILL shortly after.
 */
export async function stopChild({ child, gone, clock, graceMs }: StopRequest): Promise<StopReport> {
  let lastStep: StopReport["lastStep"] = "endOfInput";
  let isGone = await settlesWithin(clock, gone, child.endStdin() ? graceMs : 0);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (isGone) break;
    lastStep = signal;
    child.signal(signal);
    isGone = await settlesWithin(clock, gone, graceMs);
  }
  const sweep = lastStep === "SIGKILL" ? (["SIGKILL"] as const) : (["SIGTERM", "SIGKILL"] as const);
  for (const signal of sweep) {
    if (!child.isGroupAlive()) break;
    lastStep = signal;
    child.signal(signal);
    await groupEndsWithin(clock, child, Math.min(graceMs, groupGraceMs));
  }
  return { lastStep, survived: !isGone || child.isGroupAlive() };
}

/** True if the promise is settled in time. It must not reject. */
async function settlesWithin(clock: Clock, promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: unknown;
  const late = new Promise<boolean>((resolve) => {
    timer = clock.setTimeout(() => resolve(false), ms);
  });
  const isSettled = await Promise.race([promise.then(() => true), late]);
  clock.clearTimeout(timer);
  return isSettled;
}

// Nothing tells when a process ends that is no child of ours. Looking costs a walk over all processes, so less and less often.
async function groupEndsWithin(clock: Clock, child: Child, ms: number): Promise<void> {
  const end = clock.now() + ms;
  for (
    let pauseMs = firstLookMs;
    child.isGroupAlive();
    pauseMs = Math.min(pauseMs * 2, longestLookMs)
  ) {
    const leftMs = end - clock.now();
    if (leftMs <= 0) return;
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, Math.min(pauseMs, leftMs));
    });
  }
}
