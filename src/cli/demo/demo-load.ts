import { setTimeout as wait } from "node:timers/promises";
import type { ExternalPlugin } from "../../external-plugin.ts";

export interface Load {
  readonly plugin: ExternalPlugin;
  /** From one burst of calls to the next, on average */
  readonly pauseMs: number;
  /** Calls in a burst, at most */
  readonly burst: number;
}

const hooks = ["tool_pre_invoke", "tool_post_invoke"] as const;

/** Calls hooks as a busy gateway does, until the signal says that it is enough. What they answer is of no interest. */
export async function runLoad(
  { plugin, pauseMs, burst }: Load,
  signal: AbortSignal,
): Promise<void> {
  for (let count = 1; !signal.aborted; count += 1) {
    const size = 1 + Math.floor(Math.random() * burst);
    for (let call = 0; call < size; call += 1) invoke(plugin, `demo-${count}-${call}`);
    await wait(pauseMs * (0.4 + Math.random() * 1.2), undefined, { signal }).catch(() => {});
  }
}

function invoke(plugin: ExternalPlugin, request: string): void {
  const hook = hooks[Math.random() < 0.6 ? 0 : 1] ?? "tool_pre_invoke";
  const context = {
    state: {},
    metadata: {},
    global_context: { request_id: request, state: {}, metadata: {} },
  };
  const text = "x".repeat(Math.floor(Math.random() * 2_000));
  const payload = { name: "search", args: { q: text }, result: { text } };
  const impatient = Math.random() < 0.02;
  plugin
    .invokeHook(hook, payload, context, { timeoutMs: impatient ? 40 : 10_000 })
    // The inspector shows what went wrong, and nobody else is interested.
    .catch(() => {});
}
