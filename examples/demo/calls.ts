import {
  type ExternalPlugin,
  type HookPayloads,
  type HookResults,
  type HookType,
  type PluginContext,
  PluginError,
} from "mcp-tether";
import type { HookOutcome, HookReport, MaskedCounts, Reporter } from "./report.ts";

/** One call of one hook. */
export interface CallInput<H extends HookType> {
  readonly plugin: ExternalPlugin;
  readonly hook: H;
  readonly payload: HookPayloads[H];
  /** Unique: the plugins' ledger names it */
  readonly request: string;
  readonly subject: string;
}

export interface CallEnd<H extends HookType> {
  readonly outcome: HookOutcome;
  /** Undefined if there is no answer */
  readonly result: HookResults[H] | undefined;
}

/** Makes calls, and keeps what has become of them. */
export class Calls {
  /** Of the calls that have an end: the plugin that was called, and what came of it, by request */
  readonly ends = new Map<string, { readonly plugin: string; readonly outcome: HookOutcome }>();
  /** Of the calls that have none yet: what they are about, and since when */
  readonly open = new Map<string, { readonly subject: string; readonly since: number }>();
  readonly #reporter: Reporter;
  readonly #signal: AbortSignal;

  constructor(reporter: Reporter, signal: AbortSignal) {
    this.#reporter = reporter;
    this.#signal = signal;
  }

  /** Resolves also when the call fails, as outcomes are what this is about. @throws the signal's reason */
  async invoke<H extends HookType>(input: CallInput<H>): Promise<CallEnd<H>> {
    const { plugin, hook, payload, request, subject } = input;
    const since = performance.now();
    this.open.set(request, { subject, since });
    const end = await plugin
      .invokeHook(hook, payload, contextOf(request), { signal: this.#signal, waitForReady: true })
      .then(answered<H>, (error: unknown) => this.#failed<H>(error))
      .finally(() => this.open.delete(request));
    const { outcome } = end;
    this.ends.set(request, { plugin: plugin.name, outcome });
    this.#reporter.report({
      type: "hook",
      plugin: plugin.name,
      hook,
      request,
      subject,
      ...end.details,
      outcome,
      latencyMs: performance.now() - since,
    });
    return end;
  }

  #failed<H extends HookType>(error: unknown): End<H> {
    this.#signal.throwIfAborted();
    if (!PluginError.is(error)) throw error;
    const outcome = error.outcome === "unknown" ? "unknown" : "failed";
    return { outcome, result: undefined, details: { code: error.code } };
  }
}

interface End<H extends HookType> extends CallEnd<H> {
  readonly details: Pick<HookReport, "masked" | "code">;
}

function answered<H extends HookType>(result: HookResults[H]): End<H> {
  if (!result.continue_processing) {
    const code = result.violation?.code ?? "";
    return { outcome: "blocked", result, details: { code } };
  }
  if (result.modified_payload === null) return { outcome: "allowed", result, details: {} };
  return { outcome: "masked", result, details: { masked: countsIn(result.metadata) } };
}

/** What the masker says it has hidden, by kind. */
function countsIn(metadata: { readonly masked?: unknown } | null): MaskedCounts {
  const counts = Object.entries(Object(metadata?.masked));
  return Object.fromEntries(counts.filter(([, count]) => typeof count === "number"));
}

/** A call that belongs to nothing else: in a gateway, all hooks of one request share their context. */
function contextOf(request: string): PluginContext {
  return {
    state: {},
    metadata: {},
    global_context: { request_id: request, state: {}, metadata: {} },
  };
}
