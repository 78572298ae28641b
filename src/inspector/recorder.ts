import type { ExternalPlugin } from "../external-plugin.ts";
import { ActorWatch } from "./actor-watch.ts";
import type { ObservedActor } from "./attachable.ts";
import { History } from "./history.ts";
import type { Trace } from "./trace/read-trace.ts";
import type { ProcessNote, TraceHeader } from "./trace/record.ts";

/** One connection that is watched. */
export interface Watched {
  readonly name: string;
  /** The actor that there is now: a plugin begins a new one after a start that has failed */
  actor(): ObservedActor;
  readonly plugin: ExternalPlugin | undefined;
}

const noProcess: ProcessNote = { pid: null, exit: null };

/** Follows connections and remembers what they went through. */
export class Recorder {
  readonly history: History;
  readonly header: TraceHeader;
  /** Name of the trace that this is, if it is none that is being recorded */
  readonly trace: string | null;
  readonly watched: Map<number, Watched> = new Map();
  readonly #startedAt = performance.now();
  readonly #detachers = new Set<() => void>();
  #lastId = 0;

  /** One that has recorded what is in a trace, and records no more. */
  static of({ header, records }: Trace, name: string): Recorder {
    const recorder = new Recorder(Number.POSITIVE_INFINITY, header, name);
    for (const record of records) recorder.history.add(record);
    return recorder;
  }

  constructor(limit: number, header: TraceHeader = newHeader(), trace: string | null = null) {
    this.history = new History(limit);
    this.header = header;
    this.trace = trace;
  }

  /** Ms since the recorder's beginning, in tenths */
  readonly now = (): number => Math.round((performance.now() - this.#startedAt) * 10) / 10;

  attach(watched: Watched): () => void {
    const connection = ++this.#lastId;
    const { plugin, name } = watched;
    const watch = (actor: ObservedActor, isSuccessor: boolean): ActorWatch =>
      new ActorWatch({
        connection,
        name,
        actor,
        now: this.now,
        process: () => (plugin ? processOf(plugin) : noProcess),
        openCall: (id) => this.history.model.get(connection)?.calls.get(id),
        record: (record) => this.history.add(record),
        isSuccessor,
      });
    let actor = watched.actor();
    let current = watch(actor, false);
    const unlisten = plugin?.on("stateChange", () => {
      if (watched.actor() === actor) return;
      current.end();
      actor = watched.actor();
      current = watch(actor, true);
    });
    this.watched.set(connection, watched);
    const detach = (): void => {
      if (!this.#detachers.delete(detach)) return;
      unlisten?.();
      current.end();
      this.watched.delete(connection);
      this.history.add({ kind: "detached", at: this.now(), connection });
    };
    this.#detachers.add(detach);
    return detach;
  }

  detachAll(): void {
    for (const detach of [...this.#detachers]) detach();
  }
}

const newHeader = (): TraceHeader => ({
  format: "mcp-tether-trace",
  version: 1,
  startedAt: new Date().toISOString(),
});

function processOf(plugin: ExternalPlugin): ProcessNote {
  const { pid, lastExit } = plugin.status();
  return { pid, exit: lastExit && { code: lastExit.code, signal: lastExit.signal } };
}
