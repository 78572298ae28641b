import { setTimeout as delay } from "node:timers/promises";

/** Waits until something is true that announces itself by no event. The test's own timeout is the limit. */
export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(5);
}
