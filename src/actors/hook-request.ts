import type { HookRequestRef } from "../../machines/index.ts";
import { type CallOption, readCallOptions } from "../call-options.ts";
import { type Clock, realClock } from "../clock.ts";
import { PluginError, type PluginErrorCode } from "../errors.ts";
import type { HookPayloads, HookResults, HookType } from "../hooks/hook-payloads.ts";
import { findHook } from "../hooks/hook-registry.ts";
import { commitContext } from "../models/commit-context.ts";
import { type DecodedAnswer, type DecodeOptions, decodeHookAnswer } from "../models/decode.ts";
import { type EncodedCall, encodeHookCall, hookParams } from "../models/encode.ts";
import type { PluginContext } from "../models/plugin-context.ts";
import type { PluginResult } from "../models/plugin-result.ts";
import { tellHost } from "../tell-host.ts";
import { type Alarm, alarmsOf, type Bell } from "./alarms.ts";
import { restated } from "./faults.ts";

/** Told to the actor at `replyTo` when its invocation has its end. The value is in `request.result`, not in the event. */
export interface HookSettled {
  readonly type: "hook.settled";
  readonly id: number;
  readonly status: "ok" | "failed";
  /** Why it failed */
  readonly code?: PluginErrorCode;
}

/** Any actor. */
export interface ReplyTarget {
  send(event: HookSettled): void;
}

export interface HookRequestOptions {
  /** Over queue, reconnection and both sends, from now on. Default 30 000 */
  readonly timeoutMs?: number | undefined;
  /** Stay queued while the plugin is cooling down, until the deadline. Default false */
  readonly waitForReady?: boolean | undefined;
  /** Lets a server that knows it recognise a second send */
  readonly idempotencyKey?: string | undefined;
  /** Who is told of the end, besides those who await `result` */
  readonly replyTo?: ReplyTarget | undefined;
  /** Must be the connection's. Default: real time */
  readonly clock?: Clock | undefined;
  /** For the texts of errors */
  readonly pluginName?: string | undefined;
}

/** What has become of a call whose answer has come, until the machine gives it its end. */
type Held =
  | { readonly answer: DecodedAnswer; readonly plugin: string }
  | { readonly error: PluginError };

type End = { readonly value: PluginResult<unknown> } | { readonly error: PluginError };

interface Waiter {
  resolve(value: PluginResult<unknown>): void;
  reject(error: PluginError): void;
}

let lastId = 0;

/** One invocation of a hook, made by `createHookRequest`. It shows who it is and how large, never what it holds. */
export interface HookRequest<H extends HookType = HookType> extends HookRequestRef {
  /** The whole result, or a PluginError with an `outcome`. Nobody has to await it */
  readonly result: Promise<HookResults[H]>;
}

/**
 * A request on its way through a connection's machine. Payload, context and answer are private, so that no snapshot, log or
 * inspection event has them.
 */
export class LiveRequest implements HookRequestRef, Alarm {
  readonly id: number;
  readonly hookType: string;
  readonly bytes: number;
  readonly createdAt: number;
  readonly deadline: number;
  readonly waitForReady: boolean;
  readonly #clock: Clock;
  readonly #replyTo: ReplyTarget | undefined;
  readonly #idempotencyKey: string | undefined;
  /** Both are given up with the end */
  #call: EncodedCall | undefined;
  #context: PluginContext | undefined;
  #held: Held | undefined;
  #end: End | undefined;
  #waiter: Waiter | undefined;
  #result: Promise<PluginResult<unknown>> | undefined;
  #bell: Bell = unclaimed;
  #place = -1;
  #sends = 0;
  #onEnd: (() => void) | undefined;
  #abortReason: unknown;

  constructor(call: EncodedCall, context: PluginContext, options: HookRequestOptions) {
    const { timeoutMs = 30_000, clock = realClock } = options;
    this.id = ++lastId;
    this.hookType = call.hookType;
    this.bytes = call.bytes;
    this.createdAt = clock.now();
    this.deadline = this.createdAt + timeoutMs;
    this.waitForReady = options.waitForReady ?? false;
    this.#clock = clock;
    this.#replyTo = options.replyTo;
    this.#idempotencyKey = options.idempotencyKey;
    this.#call = call;
    this.#context = context;
    // At once, and not with the admission: also a request that nobody takes has its end.
    alarmsOf(clock).set(this);
  }

  get result(): Promise<PluginResult<unknown>> {
    this.#result ??= this.#promise();
    return this.#result;
  }

  get isSettled(): boolean {
    return this.#end !== undefined;
  }

  /** How often it was handed to a session */
  get sends(): number {
    return this.#sends;
  }

  /** Why it failed; undefined while it has no end, or a good one */
  get failure(): PluginError | undefined {
    return this.#end !== undefined && "error" in this.#end ? this.#end.error : undefined;
  }

  /** Why the caller has gone, if it has. The caller's own value: it may hold anything */
  get abortReason(): unknown {
    return this.#abortReason;
  }

  set abortReason(reason: unknown) {
    this.#abortReason = reason;
  }

  get dueAt(): number {
    return this.deadline;
  }

  get bell(): Bell {
    return this.#bell;
  }

  get place(): number {
    return this.#place;
  }

  set place(place: number) {
    this.#place = place;
  }

  /** What inspection and logs see. */
  toJSON(): { id: number; hookType: string; bytes: number } {
    return { id: this.id, hookType: this.hookType, bytes: this.bytes };
  }

  /** A connection has admitted it. */
  claim(bell: Bell): void {
    this.#bell = bell;
  }

  /** Called once, with the end. */
  onEnd(listener: () => void): void {
    if (this.#end === undefined) this.#onEnd = listener;
  }

  /** The `params` of a send; empty if it has its end already. */
  paramsOf(plugin: string, attempt: number, meta?: Readonly<Record<string, unknown>>): string {
    this.#sends += 1;
    if (this.#call === undefined) return "{}";
    const idempotencyKey = this.#idempotencyKey;
    const mark = idempotencyKey === undefined ? undefined : { idempotencyKey, attempt };
    return hookParams(this.#call, plugin, mark, meta);
  }

  /** Reads the answer, and keeps it until `finish`. True if it is a success. */
  holdAnswer(plugin: string, result: unknown, options: DecodeOptions): boolean {
    const hook = findHook(this.hookType);
    if (this.#end !== undefined || hook === undefined) return false;
    try {
      this.#held = { answer: decodeHookAnswer(hook, plugin, result, options), plugin };
      return true;
    } catch (thrown) {
      this.#held = { error: asPluginError(thrown, plugin) };
      return false;
    }
  }

  holdError(error: PluginError): void {
    this.#held = { error };
  }

  /**
   * Gives the caller what is held. The context is changed here and nowhere else: late answers never get so far. `ambiguous`:
   * that this send was refused says nothing of the one before.
   */
  finish(ambiguous: boolean): void {
    const held = this.#held;
    if (this.#end !== undefined || held === undefined) return;
    if (!("error" in held)) this.#settle(this.#commit(held.answer, held.plugin));
    else if (ambiguous && held.error.outcome === "not_processed")
      this.#settle({ error: restated(held.error, { outcome: "unknown" }) });
    else this.#settle(held);
  }

  #commit({ context, result }: DecodedAnswer, plugin: string): End {
    try {
      if (context && this.#context) commitContext(plugin, this.#context, context);
      return { value: result };
    } catch (thrown) {
      return { error: asPluginError(thrown, plugin) };
    }
  }

  fail(error: PluginError): void {
    if (this.#end === undefined) this.#settle({ error });
  }

  #settle(end: End): void {
    this.#end = end;
    this.#call = undefined;
    this.#context = undefined;
    this.#held = undefined;
    alarmsOf(this.#clock).cancel(this);
    const code = "error" in end ? end.error.code : undefined;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if ("error" in end) waiter?.reject(end.error);
    else waiter?.resolve(end.value);
    this.#onEnd?.();
    this.#onEnd = undefined;
    this.#reply(code);
  }

  #reply(code: PluginErrorCode | undefined): void {
    const { id } = this;
    const replyTo = this.#replyTo;
    if (replyTo === undefined) return;
    tellHost(() =>
      replyTo.send(
        code === undefined
          ? { type: "hook.settled", id, status: "ok" }
          : { type: "hook.settled", id, status: "failed", code },
      ),
    );
  }

  #promise(): Promise<PluginResult<unknown>> {
    const end = this.#end;
    const promise = new Promise<PluginResult<unknown>>((resolve, reject) => {
      if (end === undefined) this.#waiter = { resolve, reject };
      else if ("error" in end) reject(end.error);
      else resolve(end.value);
    });
    // Whoever listens at `replyTo` may never look at it.
    promise.catch(() => {});
    return promise;
  }
}

/** Rings for requests that no connection has admitted: sent to an actor that has ended, or never sent. */
const unclaimed: Bell = {
  ring(alarms) {
    for (const alarm of alarms) if (alarm instanceof LiveRequest) alarm.fail(neverTaken(alarm));
  },
};

function neverTaken(request: LiveRequest): PluginError {
  const ms = Math.round(request.deadline - request.createdAt);
  return new PluginError({
    code: "DEADLINE_EXCEEDED",
    message: `No connection took the call of ${request.hookType} within ${ms} ms: it was not sent, or its actor has ended`,
    plugin: "",
    outcome: "not_processed",
    phase: "queued",
  });
}

function asPluginError(thrown: unknown, plugin: string): PluginError {
  if (PluginError.is(thrown)) return thrown;
  return new PluginError({
    code: "INVALID_RESPONSE",
    message: `The answer of plugin ${plugin} could not be read`,
    plugin,
    outcome: "answered",
    phase: "invoking",
    cause: thrown,
  });
}

const requestOptions: readonly (keyof HookRequestOptions & CallOption)[] = [
  "timeoutMs",
  "waitForReady",
  "idempotencyKey",
  "replyTo",
  "clock",
  "pluginName",
];

/**
 * An invocation for a connection's actor: send it as `{ type: "hook.invoke", requests: [request] }`. Payload and context are
 * frozen now, and the deadline runs from now on; the context is changed when the result is there, and only then.
 *
 * @throws PluginError `HOOK_UNKNOWN`, `SERIALIZE_FAILED`, or `CONFIG_INVALID` for options that are wrong
 */
export function createHookRequest<H extends HookType>(
  hookType: H,
  payload: HookPayloads[H],
  context: PluginContext,
  options: HookRequestOptions = {},
): HookRequest<H> {
  const checked = readCallOptions(options, requestOptions, "", "not_processed");
  // The hook's own check has seen to the type of the value.
  return newRequest(hookType, payload, context, checked) as HookRequestRef as HookRequest<H>;
}

/** As `createHookRequest`, for any name of a hook and options that were checked. */
export function newRequest(
  hookType: string,
  payload: unknown,
  context: PluginContext,
  options: HookRequestOptions,
): LiveRequest {
  const { pluginName = "" } = options;
  if (findHook(hookType) === undefined) throw unknownHook(hookType, pluginName);
  return new LiveRequest(
    encodeHookCall({ hookType, payload, context, pluginName }),
    context,
    options,
  );
}

export function unknownHook(hookType: unknown, plugin: string): PluginError {
  const shown = typeof hookType === "string" ? `'${hookType}'` : `(a ${typeof hookType})`;
  return new PluginError({
    code: "HOOK_UNKNOWN",
    message: `Hook type ${shown} not registered in hook registry`,
    plugin,
    outcome: "not_processed",
    phase: "queued",
    issues: [
      { path: "hookType", message: "is no hook that is registered here; mend its spelling" },
    ],
  });
}
