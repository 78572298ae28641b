import type { Fault, FaultKind } from "./faults.ts";

/** How a run of a hook ended. `answered`: its answer went out, whatever it says. */
export type RunEnd = "answered" | "cancelled" | "died" | "disconnected";

/** What happened in a simulated world, in simulated milliseconds. */
export type WorldEvent = { readonly atMs: number } & (
  | {
      readonly type: "opened" | "closed";
      readonly what: "process" | "connection" | "session";
      readonly id: number;
    }
  | {
      /** The plugin begins to run a hook */
      readonly type: "started";
      /** Number of the run, from 1 */
      readonly run: number;
      /** The process, or the connection, that it came through */
      readonly via: number;
      readonly hookType: string;
      /** As the host gave it with the call */
      readonly idempotencyKey: string | null;
      readonly attempt: number;
    }
  | { readonly type: "ended"; readonly run: number; readonly how: RunEnd }
  | {
      readonly type: "struck";
      readonly fault: FaultKind;
      /** How long it goes on: what is frozen, or refused. 0 for what happens once */
      readonly lastsMs: number;
    }
);

function durationOf(fault: Fault): number {
  if (fault.kind === "die") return fault.downMs;
  return "forMs" in fault ? fault.forMs : 0;
}

type Told<E> = E extends WorldEvent ? Omit<E, "atMs"> : never;

/** Keeps what happens, and tells who listens. */
export class WorldLog {
  readonly events: WorldEvent[] = [];
  readonly #now: () => number;
  readonly #listener: ((event: WorldEvent) => void) | undefined;

  constructor(now: () => number, listener?: (event: WorldEvent) => void) {
    this.#now = now;
    this.#listener = listener;
  }

  tell(event: Told<WorldEvent>): void {
    const told = { atMs: this.#now(), ...event } as WorldEvent;
    if (this.#listener) this.#listener(told);
    else this.events.push(told);
  }

  struck(faults: readonly Fault[]): void {
    for (const fault of faults)
      this.tell({ type: "struck", fault: fault.kind, lastsMs: durationOf(fault) });
  }
}
