import type { HookPayloads, HookResults, HookType } from "./hooks/hook-payloads.ts";
import type { PluginContext } from "./models/plugin-context.ts";

export interface InvokeOptions {
  /** Gives the call up. Rejects with `ABORTED`; its reason is the error's `cause` */
  readonly signal?: AbortSignal | undefined;
  /** Over queue, reconnection and both sends, in milliseconds. Default: the option `timeouts.callMs` */
  readonly timeoutMs?: number | undefined;
  /** Stay queued while the plugin is cooling down, instead of failing with `UNAVAILABLE`. Default false */
  readonly waitForReady?: boolean | undefined;
  /** Sent along in `_meta`, so that a server that knows it can recognise a second send */
  readonly idempotencyKey?: string | undefined;
}

/** One hook of one plugin, as a function. */
export type HookRef<H extends HookType> = (
  payload: HookPayloads[H],
  context: PluginContext,
  options?: InvokeOptions,
) => Promise<HookResults[H]>;
