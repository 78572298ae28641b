import { isAborted, reasonOf, watchAbort } from "./actors/abort-watch.ts";
import { Connection } from "./actors/connection.ts";
import { inputOf } from "./actors/connection-logic.ts";
import { newRequest, unknownHook } from "./actors/hook-request.ts";
import { readCallOptions } from "./call-options.ts";
import { PluginError } from "./errors.ts";
import type { HookRef, InvokeOptions } from "./hook-ref.ts";
import type { HookPayloads, HookResults, HookType } from "./hooks/hook-payloads.ts";
import { findHook } from "./hooks/hook-registry.ts";
import { type ParsedPluginConfig, parsePluginConfig } from "./models/parse-plugin-config.ts";
import type { PluginConfig, PluginConfigInput } from "./models/plugin-config.ts";
import type { PluginContext } from "./models/plugin-context.ts";
import type { PluginOptions } from "./options.ts";
import type { PluginActor } from "./plugin-actor.ts";
import { PluginEmitter, type PluginEventName, type PluginListener } from "./plugin-events.ts";
import type { PluginStatus } from "./plugin-status.ts";
import { type ResolvedOptions, readOptions } from "./read-options.ts";
import { statusOf } from "./read-status.ts";
import { tellEvent } from "./tell-event.ts";

const invokeOptions = ["signal", "timeoutMs", "waitForReady", "idempotencyKey"] as const;

/** A first start that is under way, and those who wait for it. */
interface Start {
  readonly connection: Connection;
  readonly ready: Promise<void>;
  waiters: number;
}

/**
 * An external plugin: a connection to its server that keeps itself alive, and its hooks.
 *
 * A call resolves only with a complete, checked result of its hook. Everything else rejects with a {@link PluginError} whose
 * `outcome` says whether the plugin may have run it; the context is changed on success only.
 */
export class ExternalPlugin {
  readonly #parsed: ParsedPluginConfig;
  readonly #options: ResolvedOptions;
  readonly #emitter: PluginEmitter;
  #connection: Connection;
  #start: Start | undefined;
  #stopped: Promise<void> | undefined;
  /** Resolves when nothing is left of starts that were undone: there are never two sessions */
  #former: Promise<void> | undefined;

  /** @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong */
  constructor(config: PluginConfigInput, options?: PluginOptions) {
    this.#parsed = parsePluginConfig(config);
    this.#options = readOptions(this.#parsed.config.name, options);
    this.#emitter = new PluginEmitter(this.name, this.#options.logger);
    this.#connection = this.#connect();
  }

  get name(): string {
    return this.#parsed.config.name;
  }

  /** The host's configuration; after `initialize` with what the server says of all that the host does not. Frozen. */
  get config(): PluginConfig {
    return this.#connection.port.config;
  }

  /** The XState actor: to be watched, and to be given commands. After a failed start `initialize` begins with a new one. */
  get actor(): PluginActor {
    return this.#connection.actor as unknown as PluginActor;
  }

  /**
   * Starts the plugin and waits until it is ready. Calls at the same time share one start; an abort ends the wait of its
   * caller only, and the last one's undoes the start, unless hook calls wait for it too. After a failed start a new call
   * begins anew; it waits for the end of a process that is still being stopped, so that there are never two.
   *
   * @throws PluginError the failure of the last attempt, with phase, attempt, and for a process its exit and stderr;
   *   `STOPPED` after `shutdown`, `ABORTED`
   */
  async initialize(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = readCallOptions(options, ["signal"], this.name);
    this.#expectNotStopped();
    if (isAborted(signal)) throw this.#aborted(reasonOf(signal));
    this.#start ??= this.#begin();
    const start = this.#start;
    start.waiters += 1;
    try {
      await (signal ? this.#unlessAborted(start.ready, signal) : start.ready);
    } catch (error) {
      if (isAborted(signal) && start.waiters === 1) this.#undo(start);
      throw error;
    } finally {
      start.waiters -= 1;
    }
  }

  /**
   * Calls a hook. The payload and the context are frozen at once; on success `state`, `metadata` and
   * `global_context.state` of the context are replaced by what the plugin returned.
   *
   * @returns the hook's result: `continue_processing`, `modified_payload`, `violation`, …
   * @throws PluginError with an `outcome`. See the table of codes in the README
   */
  invokeHook<H extends HookType>(
    hookType: H,
    payload: HookPayloads[H],
    context: PluginContext,
    options: InvokeOptions = {},
  ): Promise<HookResults[H]> {
    try {
      return this.#invoke(hookType, payload, context, options) as Promise<HookResults[H]>;
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  /** One hook as a function, bound to this plugin. @throws PluginError `HOOK_UNKNOWN` */
  hookRef<H extends HookType>(hookType: H): HookRef<H> {
    return hookRef(this, hookType);
  }

  /** Whether a value is an external plugin of this library. */
  static is(value: unknown): value is ExternalPlugin {
    return typeof value === "object" && value !== null && #connection in value;
  }

  /**
   * Waits until the plugin is ready, through outages. Wakes one that sleeps (option `idleTimeoutMs`).
   *
   * @throws PluginError `DEADLINE_EXCEEDED` after `timeoutMs`, `ABORTED`, `NOT_STARTED`, `STOPPED`; or why the first start
   *   has failed
   */
  async waitForReady(
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly timeoutMs?: number | undefined;
    } = {},
  ): Promise<void> {
    const checked = readCallOptions(options, ["signal", "timeoutMs"], this.name);
    this.#expectNotStopped();
    if (this.#connection.state === "idle")
      throw this.#error(
        "NOT_STARTED",
        `Plugin ${this.name} has not been started: call initialize() first`,
      );
    const ready = this.#connection.whenReady({ ...checked, failsFast: false });
    if (!isAborted(checked.signal)) this.#connection.wake();
    await ready;
  }

  /**
   * Closes the session, after the calls in flight have been answered, and opens a new one at once.
   *
   * @throws PluginError `STOPPED`; `UNAVAILABLE` if no attempt of a burst succeeds (it goes on being tried)
   */
  async reconnect(): Promise<void> {
    this.#expectNotStopped();
    const connection = this.#connection;
    // An opening that is under way will do: it is younger than any session that there was.
    const afterGeneration = connection.readyGeneration;
    const ready = connection.whenReady({ afterGeneration, failsFast: true });
    connection.send({ type: "plugin.reconnect", at: connection.port.now() });
    await ready;
  }

  status(): PluginStatus {
    return statusOf(this.#connection);
  }

  /** Listens. Returns what ends it. A listener that throws harms nobody. */
  on<E extends PluginEventName>(event: E, listener: PluginListener<E>): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Stops the plugin for good, and waits until its process, or its session, is gone. With `drainMs`, calls in flight get so
   * long for their answers first; the queued ones fail with `STOPPED`. May be called again, also to cut a draining short.
   */
  shutdown(options: { readonly drainMs?: number | undefined } = {}): Promise<void> {
    try {
      return this.#shutdown(options);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #shutdown(options: { readonly drainMs?: number | undefined }): Promise<void> {
    const { drainMs } = readCallOptions(options, ["drainMs"], this.name);
    const connection = this.#connection;
    const at = connection.port.now();
    connection.send({ type: "plugin.stop", at, ...(drainMs !== undefined && { drainMs }) });
    this.#stopped ??= Promise.all([connection.ended, this.#former]).then(() => {});
    return this.#stopped;
  }

  #invoke(
    hookType: string,
    payload: unknown,
    context: PluginContext,
    options: InvokeOptions,
  ): Promise<unknown> {
    const checked = readCallOptions(options, invokeOptions, this.name, "not_processed");
    const { signal, timeoutMs = this.#options.callMs } = checked;
    if (isAborted(signal)) throw this.#aborted(reasonOf(signal));
    if (this.#options.lazy) this.#renewFailed();
    const connection = this.#connection;
    const request = newRequest(hookType, payload, context, {
      timeoutMs,
      waitForReady: checked.waitForReady,
      idempotencyKey: checked.idempotencyKey,
      clock: this.#options.clock,
      pluginName: this.name,
    });
    // What is read of the payload may have brought it about.
    if (isAborted(signal)) request.fail(this.#aborted(reasonOf(signal)));
    else connection.submit(request);
    if (signal && !request.isSettled) {
      const unwatch = watchAbort(signal, (reason) => {
        request.abortReason = reason;
        connection.cancel(request);
      });
      request.onEnd(unwatch);
    }
    return request.result;
  }

  #connect(): Connection {
    const prepared = inputOf(this.#parsed, this.#options);
    const { port } = prepared;
    port.former = this.#former;
    port.onConfigChanged = (before, after) =>
      this.#emitter.emit("configChanged", { before, after });
    const connection: Connection = new Connection(prepared, this.#options.inspect, {
      // What another one has taken the place of is still being released: its states are no news of this plugin's.
      stateChanged: (from, to, generation) => {
        if (connection === this.#connection)
          this.#emitter.emit("stateChange", { from, to, generation });
      },
      emitted: (event) => tellEvent(this.#emitter, port, connection.context.link, event),
    });
    void connection.ended.then(({ reason }) => {
      const error = reason === "stopped" ? null : connection.endError();
      this.#emitter.emit("terminated", { reason, error });
    });
    return connection;
  }

  #begin(): Start {
    this.#renewFailed();
    const connection = this.#connection;
    const ready = this.#former ? this.#former.then(() => open(connection)) : open(connection);
    const start: Start = { connection, ready, waiters: 0 };
    const forget = (): void => {
      if (this.#start === start) this.#start = undefined;
    };
    ready.then(forget, forget);
    return start;
  }

  /** A first start that has failed may be tried anew, and nothing else that has ended. */
  #renewFailed(): void {
    if (this.#stopped !== undefined) return;
    const { end, hasFailedToStart } = this.#connection;
    if (end?.reason === "startFailed") this.#connection = this.#connect();
    else if (hasFailedToStart) this.#replace(this.#connection);
  }

  /** The next connection opens nothing before this one has ended, with all that it has. */
  #replace(connection: Connection): void {
    const former = Promise.all([this.#former, connection.ended]).then(() => {
      if (this.#former === former) this.#former = undefined;
    });
    this.#former = former;
    this.#connection = this.#connect();
  }

  /** Nobody waits for this start any more. */
  #undo(start: Start): void {
    if (start.connection !== this.#connection || this.#stopped !== undefined) return;
    if (start.connection.context.link.hasBeenReady || start.connection.hasWaitingCalls()) return;
    this.#start = undefined;
    start.connection.send({ type: "plugin.stop", at: start.connection.port.now() });
    this.#replace(start.connection);
  }

  #expectNotStopped(): void {
    if (this.#stopped === undefined) return;
    throw this.#error("STOPPED", `Plugin ${this.name} has been stopped`);
  }

  #unlessAborted(ready: Promise<void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const unwatch = watchAbort(signal, (reason) => reject(this.#aborted(reason)));
      ready.then(resolve, reject).finally(unwatch);
    });
  }

  #aborted(cause: unknown): PluginError {
    return new PluginError({
      code: "ABORTED",
      message: `The call of plugin ${this.name} was aborted by its caller`,
      plugin: this.name,
      outcome: "not_processed",
      cause,
    });
  }

  #error(code: PluginError["code"], message: string): PluginError {
    return new PluginError({ code, message, plugin: this.name });
  }
}

function open(connection: Connection): Promise<void> {
  const ready = connection.whenReady({ failsFast: true });
  connection.send({ type: "plugin.start" });
  return ready;
}

/**
 * One hook of an external plugin as a function: the reference's `ExternalHookRef`.
 *
 * @throws PluginError `CONFIG_INVALID` if the value is no external plugin, `HOOK_UNKNOWN` if there is no such hook
 */
export function hookRef<H extends HookType>(plugin: ExternalPlugin, hookType: H): HookRef<H> {
  if (!ExternalPlugin.is(plugin)) throw notExternal(plugin);
  if (findHook(hookType) === undefined) throw unknownHook(hookType, plugin.name);
  return (payload, context, options) => plugin.invokeHook(hookType, payload, context, options);
}

function notExternal(value: unknown): PluginError {
  const name = nameOf(value);
  const what = name === "" ? "The value" : `Plugin ${name}`;
  const message = `${what} is not an external plugin: pass an instance of ExternalPlugin`;
  return new PluginError({
    code: "CONFIG_INVALID",
    message,
    plugin: name,
    phase: "configuring",
    issues: [{ path: "plugin", message }],
  });
}

function nameOf(value: unknown): string {
  try {
    const { name }: { name?: unknown } = Object(value);
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}
