import { isThenable } from "../has-methods.ts";
import type { CallAbort } from "./call-abort.ts";
import type { Plugin } from "./define-plugin.ts";
import type { HookCall } from "./hook-types.ts";
import { Refusal } from "./refusal.ts";

/** The time of a call is over. The hook may still be running: nothing can stop it if it ignores its signal. */
export class HookTimeout extends Refusal {}

type AnyHandler = (payload: unknown, context: unknown, call: HookCall) => unknown;

/** Runs a hook until it returns, throws, or its time is over. An abort by the client is only passed on. */
export async function runHook(
  plugin: Plugin,
  handler: AnyHandler,
  payload: unknown,
  context: unknown,
  abort: CallAbort,
): Promise<unknown> {
  const call: HookCall = {
    get signal(): AbortSignal {
      return abort.signal;
    },
  };
  const returned = handler.call(plugin.hooks, payload, context, call);
  return isThenable(returned)
    ? await withinTime(plugin, Promise.resolve(returned), abort)
    : returned;
}

function withinTime(
  plugin: Plugin,
  returned: Promise<unknown>,
  abort: CallAbort,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const reason = timeoutText(plugin);
      reject(new HookTimeout(reason));
      abort.abort(new DOMException(reason, "TimeoutError"));
    }, plugin.timeoutMs);
    // A hook that never ends must not keep an ended server's process.
    timer.unref();
    const afterwards = (settle: (value: unknown) => void) => (value: unknown) => {
      clearTimeout(timer);
      settle(value);
    };
    returned.then(afterwards(resolve), afterwards(reject));
  });
}

function timeoutText({ name, timeoutMs }: Plugin): string {
  return `Plugin ${name} exceeded ${timeoutMs / 1_000}s timeout`;
}
