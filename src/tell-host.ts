import { isThenable } from "./has-methods.ts";

const ignore = (): void => {};

/**
 * Calls a function of the host's whose answer nobody waits for. What it throws, or its promise rejects with, must reach
 * neither the connection nor, as an unhandled rejection, the process: only `failed` hears of it.
 */
export function tellHost(call: () => unknown, failed: () => void = ignore): void {
  try {
    const returned = call();
    if (isThenable(returned)) Promise.resolve(returned).catch(failed);
  } catch {
    failed();
  }
}
