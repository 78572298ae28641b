import { type ActorRefFrom, createActor, type SnapshotFrom } from "xstate";
import type {
  ConnectionContext,
  ConnectionEmitted,
  ConnectionOutput,
  HostCommand,
  pluginConnectionMachine,
} from "../../machines/index.ts";
import { isStartSpent } from "../../machines/link.ts";
import { PluginError } from "../errors.ts";
import type { InspectObserver } from "../options.ts";
import { tellHost } from "../tell-host.ts";
import { isAborted, reasonOf, watchAbort } from "./abort-watch.ts";
import { Batch } from "./batch.ts";
import { outageError } from "./call-failure.ts";
import { type PreparedInput, pluginConnectionLogic } from "./connection-logic.ts";
import type { ConnectionPort } from "./connection-port.ts";
import { restated } from "./faults.ts";
import type { LiveRequest } from "./hook-request.ts";

/**
 * How many calls go into the machine together. All calls of a tick in one event cost the least, but then client and plugin
 * take turns instead of working at the same time.
 */
const largestSubmission = 8;

/** Hears what a connection goes through. The methods must not throw. */
export interface ConnectionObserver {
  stateChanged(from: string, to: string, generation: number): void;
  emitted(event: ConnectionEmitted): void;
}

/** How a connection's actor has ended. `crashed`: something in it threw, or its host stopped it without a stop event. */
export type ConnectionEnd = ConnectionOutput | { readonly reason: "crashed"; readonly fault: null };

export interface ReadyWait {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Only a session that is younger will do */
  readonly afterGeneration?: number;
  /** Give up when the attempts have come to nothing, instead of waiting for a probe to succeed */
  readonly failsFast: boolean;
}

/** The life of one connection: an actor of `pluginConnectionLogic`, and those who wait for it. */
export class Connection {
  readonly port: ConnectionPort;
  readonly actor: ActorRefFrom<typeof pluginConnectionMachine>;
  /** Resolves when the actor has ended and nothing of its sessions is left */
  readonly ended: Promise<ConnectionEnd>;
  readonly #observer: ConnectionObserver;
  // At most one of the two holds anything: what was asked for first comes first.
  readonly #submissions = new Batch<LiveRequest>(largestSubmission, (requests) =>
    this.#invoke(requests),
  );
  readonly #cancellations = new Batch<number>(Number.POSITIVE_INFINITY, (ids) => this.#cancel(ids));
  /** Told when there is nothing to wait for any more. Not by `ended`, which would keep everyone who ever waited */
  readonly #waiting = new Set<() => void>();
  #readyGeneration = 0;
  #end: ConnectionEnd | undefined;
  #leaf = "idle";

  constructor(
    { input, port }: PreparedInput,
    inspect: InspectObserver | undefined,
    observer: ConnectionObserver,
  ) {
    this.port = port;
    this.#observer = observer;
    this.actor = createActor(pluginConnectionLogic, {
      id: `mcp-tether:${port.plugin}`,
      input,
      clock: port.options.clock,
      ...(inspect && { inspect: guarded(inspect) }),
    });
    this.actor.on("*", (event) => {
      if (event.type === "plugin.ready") this.#readyGeneration = event.generation;
      this.#observer.emitted(event);
    });
    this.ended = new Promise((resolve) => {
      const end = (how: ConnectionEnd): void => {
        this.#end = how;
        // Where no final state was reached, nobody has been told of it.
        this.#noteLeaf("terminated");
        void port.released.then(() => {
          resolve(how);
          this.#tellWaiting();
        });
      };
      this.actor.subscribe({
        next: (snapshot) => this.#noteState(snapshot),
        complete: () => end(this.actor.getSnapshot().output ?? crashed),
        error: () => {
          port.end();
          end(crashed);
        },
      });
    });
    this.actor.start();
  }

  /** A leaf of the statechart, dotted */
  get state(): string {
    return this.#leaf;
  }

  get context(): ConnectionContext {
    return this.actor.getSnapshot().context;
  }

  /** Number of the latest session that has been ready; 0 before the first */
  get readyGeneration(): number {
    return this.#readyGeneration;
  }

  /** How it has ended; undefined while it has not */
  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  /**
   * A first start has failed for good, and is still being released: whoever waits for it need not wait for that. A silent
   * process that has to be killed takes a while to be gone.
   */
  get hasFailedToStart(): boolean {
    if (this.#leaf !== "closing") return false;
    const { link, intent, settings } = this.context;
    return intent.kind === "recover" && isStartSpent(link, settings);
  }

  get isReady(): boolean {
    return this.#leaf === "ready.waiting" || this.#leaf === "ready.invoking";
  }

  send(command: HostCommand): void {
    this.#flush();
    if (this.#end === undefined) this.actor.send(command);
  }

  hasWaitingCalls(): boolean {
    this.#flush();
    return this.context.traffic.queue.size > 0;
  }

  /** Opens a session where there is none because nobody needed it, or where it is being closed for that reason. */
  wake(): void {
    const { intent } = this.context;
    const isFallingAsleep = this.#leaf === "closing" && intent.kind === "sleep";
    if (this.#leaf === "dormant" || isFallingAsleep) this.send({ type: "plugin.start" });
  }

  submit(request: LiveRequest): void {
    this.#cancellations.flush();
    this.#submissions.add(request);
  }

  /** All that are given up in one go, because they have a signal in common, end in one step. */
  cancel(request: LiveRequest): void {
    this.#submissions.flush();
    this.#cancellations.add(request.id);
  }

  /** Resolves when a session is ready. Rejects when there will be none, at the abort, and after the time. */
  whenReady({ signal, timeoutMs, afterGeneration, failsFast }: ReadyWait): Promise<void> {
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      const settle = (error?: PluginError): void => {
        for (const end of undo.splice(0)) end();
        if (error) reject(error);
        else resolve();
      };
      const isEnough = (generation: number): boolean =>
        afterGeneration === undefined || generation > afterGeneration;

      if (isAborted(signal)) return settle(this.#gaveUp(reasonOf(signal)));
      if (this.isReady && isEnough(this.context.link.generation)) return settle();
      if (this.#end !== undefined || this.hasFailedToStart) return settle(this.endError());
      const ready = this.actor.on("plugin.ready", ({ generation }) => {
        if (isEnough(generation)) settle();
      });
      undo.push(() => ready.unsubscribe());
      if (failsFast) {
        const cooling = this.actor.on("plugin.coolingDown", () => settle(this.#outage()));
        undo.push(() => cooling.unsubscribe());
      }
      const { clock } = this.port.options;
      if (timeoutMs !== undefined) {
        const timer = clock.setTimeout(() => settle(this.#late(timeoutMs)), timeoutMs);
        undo.push(() => clock.clearTimeout(timer));
      }
      if (signal) undo.push(watchAbort(signal, (reason) => settle(this.#gaveUp(reason))));
      const ended = (): void => settle(this.endError());
      this.#waiting.add(ended);
      undo.push(() => void this.#waiting.delete(ended));
    });
  }

  /** Why nothing can be had of this connection any more. */
  endError(): PluginError {
    const { plugin } = this.port;
    const { link } = this.context;
    const end = this.#end ?? (this.hasFailedToStart ? startFailed(link.fault) : undefined);
    if (end?.reason === "startFailed" && end.fault !== null)
      return restated(this.port.errorOf(end.fault), { attempt: link.attempt });
    const cause = end?.reason === "exhausted" ? outageError(this.port, link) : undefined;
    return new PluginError({
      code: "STOPPED",
      message: `Plugin ${plugin} ${endText[end?.reason ?? "stopped"]}${cause ? `: ${cause.message}` : ""}`,
      plugin,
      cause,
    });
  }

  #flush(): void {
    this.#submissions.flush();
    this.#cancellations.flush();
  }

  #cancel(ids: readonly number[]): void {
    if (this.#end === undefined) this.actor.send({ type: "hook.cancel", ids, at: this.port.now() });
  }

  #invoke(requests: readonly LiveRequest[]): void {
    if (this.#end === undefined)
      this.actor.send({ type: "hook.invoke", requests, at: this.port.now() });
    if (this.#end === undefined) return;
    // It had ended before, or these calls were the end of it.
    const error = restated(this.endError(), { code: "STOPPED", outcome: "not_processed" });
    for (const request of requests) request.fail(error);
  }

  #noteState({ value }: SnapshotFrom<typeof pluginConnectionMachine>): void {
    this.#noteLeaf(typeof value === "string" ? value : `ready.${value.ready}`);
  }

  #noteLeaf(to: string): void {
    const from = this.#leaf;
    if (to === from) return;
    this.#leaf = to;
    this.#observer.stateChanged(from, to, this.context.link.generation);
    if (this.hasFailedToStart) this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const tell of [...this.#waiting]) tell();
  }

  #outage(): PluginError {
    const { plugin } = this.port;
    const cause = outageError(this.port, this.context.link);
    return new PluginError({
      code: "UNAVAILABLE",
      message: `Plugin ${plugin} is unavailable: ${cause?.message ?? "it is being looked for"}`,
      plugin,
      exit: cause?.exit,
      stderrTail: cause?.stderrTail,
      cause,
    });
  }

  #late(timeoutMs: number): PluginError {
    const { plugin } = this.port;
    const { fault } = this.context.link;
    return new PluginError({
      code: "DEADLINE_EXCEEDED",
      message: `Plugin ${plugin} was not ready within ${timeoutMs} ms: it is ${this.#leaf}`,
      plugin,
      cause: fault === null ? undefined : this.port.errorOf(fault),
    });
  }

  #gaveUp(cause: unknown): PluginError {
    const { plugin } = this.port;
    return new PluginError({
      code: "ABORTED",
      message: `The wait for plugin ${plugin} was aborted by its caller`,
      plugin,
      cause,
    });
  }
}

/** XState takes what an observer throws for a failure of the action at hand, which would end the connection. */
function guarded(inspect: InspectObserver): (event: unknown) => void {
  return (event) =>
    tellHost(() => (typeof inspect === "function" ? inspect(event) : inspect.next?.(event)));
}

const startFailed = (fault: ConnectionOutput["fault"]): ConnectionEnd => ({
  reason: "startFailed",
  fault,
});

const crashed: ConnectionEnd = { reason: "crashed", fault: null };

const endText: Readonly<Record<ConnectionEnd["reason"], string>> = {
  stopped: "has been stopped",
  startFailed: "could not be started",
  exhausted: "has ended, because it could not be reached any more (option onExhausted)",
  crashed: "has ended, because its actor was stopped or has failed",
};
