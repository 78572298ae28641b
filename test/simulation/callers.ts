import { PluginError } from "../../src/index.ts";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import type { Simulation } from "../../src/testing/simulate-plugin.ts";
import { createHookRequest } from "../../src/xstate.ts";
import type { History } from "./history.ts";
import type { CallGroup, PlannedCall } from "./plan.ts";
import { noteError, type Sightings } from "./sightings.ts";

/** Those who call the plugin. They write down what they ask, what they get, and what has become of their contexts. */
export class Callers {
  readonly #simulation: Simulation;
  readonly #history: History;
  readonly #sightings: Sightings;
  readonly #pending = new Set<Promise<void>>();
  readonly #contexts = new Map<string, PluginContext>();
  readonly #merges = new Set<string>();
  readonly #succeeded = new Set<string>();

  constructor(simulation: Simulation, history: History, sightings: Sightings) {
    this.#simulation = simulation;
    this.#history = history;
    this.#sightings = sightings;
  }

  /** Calls so far */
  get calls(): number {
    return this.#contexts.size;
  }

  hasResult(key: string): boolean {
    return this.#succeeded.has(key);
  }

  call({ by: planned, calls }: CallGroup): void {
    const by = this.#hasActor ? planned : "plugin";
    for (const { key, timeoutMs } of calls) {
      this.#history.add({ ev: "invoke", key, by, timeoutMs });
      this.#contexts.set(key, newContext(key));
    }
    if (by === "plugin") for (const call of calls) this.#invoke(call);
    else this.#send(calls);
  }

  /** Waits for something else that a host waits for. */
  wait(promise: Promise<void>): void {
    const waiting = promise.catch((error: unknown) => void this.noteThrown(error));
    this.#pending.add(waiting);
    void waiting.then(() => this.#pending.delete(waiting));
  }

  /** Resolves when nobody waits any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Whatever is thrown must be a PluginError. */
  noteThrown(error: unknown): PluginError {
    if (!PluginError.is(error)) throw error;
    noteError(this.#sightings, error);
    return error;
  }

  /** Looks at all contexts once more: one may have been changed after the end of its call. */
  noteLateMerges(): void {
    for (const key of this.#contexts.keys()) this.#noteMerge(key);
  }

  /** One that has ended takes nothing any more, and XState warns of whoever tries. */
  get #hasActor(): boolean {
    return this.#simulation.plugin.actor.getSnapshot().status === "active";
  }

  #invoke(call: PlannedCall): void {
    const { key, waitForReady, flaw, cancelAfterMs } = call;
    const abort = new AbortController();
    if (flaw === "aborted") abort.abort();
    const result = this.#simulation.plugin.invokeHook(
      flaw === "hook" ? ("no_such_hook" as "tool_pre_invoke") : call.hook,
      payloadOf(call) as never,
      this.#contextOf(key),
      {
        signal: abort.signal,
        timeoutMs: flaw === "timeout" ? Number.POSITIVE_INFINITY : call.timeoutMs,
        waitForReady,
        idempotencyKey: key,
      },
    );
    this.#noteEnd(key, result);
    if (cancelAfterMs !== undefined) this.#cancelLater(cancelAfterMs, key, () => abort.abort());
  }

  /** As a parent machine does it: requests in one event, each with somebody to be told of its end. */
  #send(calls: readonly PlannedCall[]): void {
    const { actor } = this.#simulation.plugin;
    const requests = calls.map((call) => this.#request(call));
    actor.send({ type: "hook.invoke", requests });
    calls.forEach(({ key, cancelAfterMs }, index) => {
      const ids = requests.slice(index, index + 1).map(({ id }) => id);
      if (cancelAfterMs === undefined) return;
      this.#cancelLater(cancelAfterMs, key, () => {
        if (this.#hasActor) actor.send({ type: "hook.cancel", ids });
      });
    });
  }

  #request(call: PlannedCall): ReturnType<typeof createHookRequest> {
    const { plugin, world } = this.#simulation;
    const { key, timeoutMs, waitForReady } = call;
    const request = createHookRequest(call.hook, payloadOf(call) as never, this.#contextOf(key), {
      timeoutMs,
      waitForReady,
      idempotencyKey: key,
      clock: world.clock,
      pluginName: plugin.name,
      replyTo: {
        send: ({ status, code = "" }) => this.#history.add({ ev: "told", key, status, code }),
      },
    });
    this.#noteEnd(key, request.result);
    return request;
  }

  #cancelLater(ms: number, key: string, cancel: () => void): void {
    void this.#simulation.world.clock.sleep(ms).then(() => {
      this.#history.add({ ev: "cancel", key });
      cancel();
    });
  }

  #noteEnd(
    key: string,
    result: Promise<{ continue_processing: boolean; metadata: unknown }>,
  ): void {
    const noted = result.then(
      ({ continue_processing: allows, metadata }) => {
        this.#succeeded.add(key);
        this.#history.add({ ev: "ok", key, allows, stamp: stampOf(metadata) });
      },
      (error: unknown) => {
        const { code, outcome = "" } = this.noteThrown(error);
        const ev = outcome === "unknown" ? "unknown" : "fail";
        this.#history.add({ ev, key, code, outcome });
      },
    );
    this.wait(noted.then(() => this.#noteMerge(key)));
  }

  /** Whether the context of a call is another one than it was. */
  #noteMerge(key: string): void {
    const { state, metadata, global_context } = this.#contextOf(key);
    const stamps = [state, metadata, global_context.state].map(stampOf);
    const merge = `${key} ${stamps}`;
    if (stamps.every((stamp) => stamp === "") || this.#merges.has(merge)) return;
    this.#merges.add(merge);
    this.#history.add({ ev: "merge", key, stamps });
  }

  #contextOf(key: string): PluginContext {
    return this.#contexts.get(key) ?? newContext(key);
  }
}

function newContext(key: string): PluginContext {
  return {
    state: {},
    metadata: {},
    global_context: { request_id: key, state: {}, metadata: {} },
  };
}

function payloadOf({ key, hook, padding, flaw }: PlannedCall): object {
  if (hook === "prompt_pre_fetch") return { prompt_id: key, args: { pad: "x".repeat(padding) } };
  const args = { pad: "x".repeat(padding), ...(flaw === "bigint" && { one: 1n }) };
  return { name: key, args };
}

function stampOf(value: unknown): string {
  const { stamp }: { stamp?: unknown } = Object(value);
  return typeof stamp === "string" ? stamp : "";
}
