import type { HookPayloads, HookResults, HookType } from "../hooks/hook-payloads.ts";
import type { GlobalContext } from "../models/plugin-context.ts";

/** A model as a server gets it: what the host left out is null or has its default. */
type Filled<Model> = { [Field in keyof Model]-?: Exclude<Model[Field], undefined> };

/**
 * What a hook is called with. It is frozen, with all that is in it: the host gets a changed payload only if the hook
 * returns one as `modified_payload`.
 */
export type HookPayload<H extends HookType> = Readonly<Filled<HookPayloads[H]>>;

/**
 * What a hook knows of the request. The host takes over `state`, `metadata` and `global_context.state` as the hook leaves
 * them, if it returns a result; changes of the rest stay here.
 */
export interface HookContext {
  state: Record<string, unknown>;
  global_context: Filled<GlobalContext>;
  metadata: Record<string, unknown>;
}

/** What a hook gets besides payload and context. */
export interface HookCall {
  /** Aborted when the time of the call is over, when the client cancels it or has gone, and when the server ends */
  readonly signal: AbortSignal;
}

/** What a hook returns: the members of a result that it wants to set. Nothing at all lets the call pass as it is. */
export type HookReturn<H extends HookType> = Partial<HookResults[H]> | undefined;

/** One hook of a plugin. What it throws reaches the host as an error, and the host decides what that means. */
export type HookHandler<H extends HookType> = (
  payload: HookPayload<H>,
  context: HookContext,
  call: HookCall,
) => HookReturn<H> | Promise<HookReturn<H>>;

export type HookHandlers = { readonly [H in HookType]?: HookHandler<H> };
