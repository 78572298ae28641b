import { setImmediate } from "node:timers/promises";
import { type MaskedValue, maskSteps } from "./mask-value.ts";

const sliceMs = 20;

/**
 * Masks a value and lets the process do other things in between, so that a long call does not make the server deaf: a
 * cancel, or the end of the server, is heard within one string.
 *
 * @throws the signal's reason
 */
export async function maskPatiently(value: unknown, signal: AbortSignal): Promise<MaskedValue> {
  const steps = maskSteps(value);
  let breakAt = performance.now() + sliceMs;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() < breakAt) continue;
    await setImmediate();
    signal.throwIfAborted();
    breakAt = performance.now() + sliceMs;
  }
}
