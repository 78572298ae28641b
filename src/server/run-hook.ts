import type { Plugin } from "./define-plugin.ts";
import { Refusal } from "./refusal.ts";

/** The time of a call is over. The hook may still be running: nothing can stop it if it ignores its signal. */
export class HookTimeout extends Refusal {}

type AnyHandler = (payload: unknown, context: unknown, call: { signal: AbortSignal }) => unknown;

/** Runs a hook until it returns, throws, or its time is over. An abort by the client is only passed on. */
export async function runHook(
  plugin: Plugin,
  handler: AnyHandler,
  payload: unknown,
  context: unknown,
  client: AbortSignal,
): Promise<unknown> {
  const running = new AbortController();
  const abort = (): void => running.abort(client.reason);
  if (client.aborted) abort();
  const returned = handler.call(plugin.hooks, payload, context, { signal: running.signal });
  if (!isThenable(returned)) return returned;
  client.addEventListener("abort", abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = timeoutText(plugin);
      running.abort(new DOMException(reason, "TimeoutError"));
      reject(new HookTimeout(reason));
    }, plugin.timeoutMs);
    // A hook that never ends must not keep an ended server's process.
    timer.unref();
  });
  try {
    return await Promise.race([returned, timeout]);
  } finally {
    clearTimeout(timer);
    client.removeEventListener("abort", abort);
  }
}

function timeoutText({ name, timeoutMs }: Plugin): string {
  return `Plugin ${name} exceeded ${timeoutMs / 1_000}s timeout`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
