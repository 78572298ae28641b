import { toArray } from "../../machines/call-queue.ts";
import type {
  ConnectionContext,
  HookRequestRef,
  Link,
  Settlement,
  Traffic,
} from "../../machines/index.ts";
import { noTraffic } from "../../machines/traffic.ts";
import type { ObservedActor } from "./attachable.ts";
import { edgeId, eventName } from "./edge-id.ts";
import { type Inspected, leafOf, type ObservedSnapshot } from "./observed-actor.ts";
import {
  noteEnd,
  noteLink,
  noteMoves,
  noteOpenCalls,
  noteRequest,
  shortened,
} from "./step-notes.ts";
import type {
  AttachedRecord,
  LeafState,
  OpenCall,
  ProcessNote,
  TraceRecord,
} from "./trace/record.ts";

export interface ActorWatchParts {
  readonly connection: number;
  readonly name: string;
  readonly actor: ObservedActor;
  /** Ms of the trace */
  readonly now: () => number;
  readonly process: () => ProcessNote;
  /** What has been recorded of a call */
  readonly openCall: (id: number) => OpenCall | undefined;
  readonly record: (record: TraceRecord) => void;
  /** The actor takes the place of one that has ended, and is in its first step */
  readonly isSuccessor: boolean;
}

/**
 * Writes down what a connection's actor does, step by step, from XState's own inspection events. Nothing else is asked of the
 * actor, and nothing that it is given or returns is looked at: only names, codes, ids, sizes and numbers get further.
 */
export class ActorWatch {
  readonly #parts: ActorWatchParts;
  readonly #subscription: { unsubscribe(): void };
  #traffic: Traffic;
  #link: Link | undefined;
  #state: LeafState;
  #process: ProcessNote;
  /** Of the step that is being taken */
  #event: string | undefined;
  #edges: string[] = [];
  #admitted: HookRequestRef[] = [];
  #settlements: Settlement[] = [];

  constructor(parts: ActorWatchParts) {
    this.#parts = parts;
    const { actor } = parts;
    const snapshot = actor.getSnapshot() as ObservedSnapshot;
    this.#traffic = snapshot.context.traffic;
    this.#link = snapshot.context.link;
    this.#state = leafOf(snapshot);
    this.#process = parts.process();
    if (parts.isSuccessor) this.#succeed(snapshot.context);
    else parts.record(this.#describe(snapshot));
    this.#subscription = actor.system.inspect((event) => {
      try {
        this.#see(event as Inspected);
      } catch {
        // What an observer throws would be taken for a failure of the connection. What it saw last is not what is now.
        this.end();
        parts.record({ kind: "detached", at: parts.now(), connection: parts.connection });
      }
    });
  }

  end(): void {
    this.#subscription.unsubscribe();
  }

  #see(inspected: Inspected): void {
    if (inspected.actorRef !== this.#parts.actor) return;
    switch (inspected.type) {
      case "@xstate.action":
        this.#noteAction(inspected.action);
        break;
      case "@xstate.microstep":
        this.#event ??= inspected.event.type;
        for (const transition of inspected._transitions) this.#edges.push(edgeId(transition));
        break;
      case "@xstate.snapshot":
        this.#finish(inspected.event.type, inspected.snapshot);
        break;
      default:
    }
  }

  #noteAction(action: Extract<Inspected, { type: "@xstate.action" }>["action"]): void {
    if (action.type === "settleCalls") this.#settlements.push(...action.params.settlements);
    else if (action.type === "watchDeadlines") this.#admitted.push(...action.params.requests);
  }

  #finish(event: string, snapshot: ObservedSnapshot): void {
    const { connection, now, openCall, record } = this.#parts;
    const { traffic, link } = snapshot.context;
    const state = leafOf(snapshot);
    const admitted = this.#admitted.map(noteRequest);
    const settled = this.#settlements.map((end) => noteEnd(end, openCall(end.request.id)));
    const process = state === this.#state ? this.#process : this.#parts.process();
    record({
      kind: "step",
      at: now(),
      connection,
      event: shortened(eventName(this.#event ?? event)),
      edges: this.#edges,
      state,
      queued: traffic.queue.size,
      inFlight: traffic.out.length,
      ...(link !== this.#link && { link: this.#noteLink(link) }),
      ...(!isSameProcess(process, this.#process) && { process }),
      ...(admitted.length > 0 && { admitted }),
      ...noteMoves(this.#traffic.out, traffic.out),
      ...(settled.length > 0 && { settled }),
    });
    this.#traffic = traffic;
    this.#link = link;
    this.#state = state;
    this.#process = process;
    this.#event = undefined;
    this.#edges = [];
    if (admitted.length > 0) this.#admitted = [];
    if (settled.length > 0) this.#settlements = [];
  }

  /** The first step is reported when it is over, but what has led to it went by unseen. */
  #succeed({ traffic }: ConnectionContext): void {
    this.#traffic = noTraffic;
    this.#link = undefined;
    this.#admitted = toArray(traffic.queue).map(({ request }) => request);
  }

  #describe({ context }: ObservedSnapshot): AttachedRecord {
    const { connection, name, now } = this.#parts;
    const { settings, traffic, link } = context;
    const at = now();
    return {
      kind: "attached",
      at,
      connection,
      name: shortened(name),
      transport: settings.transport,
      state: this.#state,
      queued: traffic.queue.size,
      inFlight: traffic.out.length,
      maxInFlight: settings.maxInFlight,
      maxQueue: settings.maxQueue,
      link: this.#noteLink(link),
      process: this.#process,
      calls: noteOpenCalls(traffic, at),
      counts: { ok: 0, failed: 0, unknown: 0 },
      latencies: [],
    };
  }

  #noteLink(link: Link) {
    // The clock of a connection may be one that its host has made. How long it waits is the same on all.
    return noteLink(link, link.retryAt === null ? null : this.#parts.now() + link.waitMs);
  }
}

const isSameProcess = (a: ProcessNote, b: ProcessNote): boolean =>
  a.pid === b.pid && a.exit?.code === b.exit?.code && a.exit?.signal === b.exit?.signal;
