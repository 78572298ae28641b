import type { InspectionEvent } from "xstate";
import type { ConnectionEvent, pluginConnectionMachine } from "../../machines/index.ts";
import type { Bounds } from "../machines/exhaustive/bounds.ts";
import { requestOf } from "../machines/support/fixtures.ts";
import { TestConnection } from "../machines/support/test-connection.ts";
import type { ModelMove, ModelState } from "./model.ts";
import { type Observation, Observer } from "./observation.ts";
import { strayEvents } from "./strays.ts";

export interface DriveOptions {
  /** With scripted services. Default: the machine that ships */
  readonly machine?: typeof pluginConnectionMachine;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** A real actor that is led along a path, with services that do as they are told, in simulated time. */
export class DrivenConnection {
  readonly #connection: TestConnection;
  readonly #observer: Observer;

  constructor({ settings }: Bounds, options: DriveOptions = {}) {
    this.#connection = new TestConnection(settings, options);
    this.#observer = new Observer(this.#connection);
    this.#observer.look();
  }

  /** Brings about what leads from one state of a path to the next one, and says what has become of it. */
  take({ event }: ModelMove, { waits }: ModelState): Observation {
    const isDelay = event.type.startsWith("xstate.after.");
    if (isDelay) this.#connection.clock.fire(waits[event.type] ?? Number.NaN);
    else this.#say(event as ConnectionEvent);
    return this.#observer.look();
  }

  /** Facts come from the session, if there is one. */
  #say(event: ConnectionEvent): void {
    const { session } = this.#connection;
    if (session && "generation" in event) session.say(event);
    else this.#connection.send(event);
  }

  /** Wherever it is, a stop ends it. Says what is wrong with the end; undefined if nothing is. */
  stop(): string | undefined {
    const connection = this.#connection;
    connection.stop();
    connection.session?.say({
      type: "session.closed",
      generation: connection.generation,
      at: 0,
      jitter: 0.5,
    });
    const { state, waits, sessions, keepers, crashes } = this.#observer.look();
    if (state !== "terminated") return `a stop ends in ${state}`;
    const left = [
      ...sessions.map((generation) => `session ${generation}`),
      ...waits.map((ms) => `a timer of ${ms} ms`),
      ...(keepers > 0 ? ["the keeper"] : []),
      ...crashes.map(String),
    ];
    return left.length > 0 ? `a stop leaves ${left.join(", ")}` : undefined;
  }

  /** How often each of the calls was settled, by its id. */
  get ends(): ReadonlyMap<number, number> {
    const ends = new Map<number, number>();
    for (const { request } of this.#connection.settlements) {
      ends.set(request.id, (ends.get(request.id) ?? 0) + 1);
    }
    return ends;
  }

  /** Sends everything that can be sent to a connection that has ended. The types of what was answered all the same. */
  disturb(): { readonly refused: readonly string[]; readonly answered: readonly string[] } {
    const { generation } = this.#connection;
    const before = JSON.stringify(this.#observer.look());
    const isIgnored = (event: ConnectionEvent): boolean => {
      this.#connection.send(event);
      return JSON.stringify(this.#observer.look()) === before;
    };
    const events: ConnectionEvent[] = [
      { type: "plugin.start" },
      { type: "plugin.stop", at: 0 },
      { type: "plugin.reconnect", at: 0 },
      { type: "hook.invoke", requests: [requestOf(99)], at: 0 },
      ...strayEvents(generation),
    ];
    const refused = events.filter(isIgnored).map(({ type }) => type);
    return {
      refused,
      answered: events.map(({ type }) => type).filter((type) => !refused.includes(type)),
    };
  }
}
