import type { ConnectionEvent } from "../../machines/index.ts";
import type { Move } from "../machines/exhaustive/moves.ts";
import { faultOf } from "../machines/support/fixtures.ts";
import type { ModelState } from "./model.ts";

const at = 0;

/** What can come at any time: facts of the services, and of timers, about calls that nobody knows. */
export const strayEvents = (generation: number): ConnectionEvent[] => [
  { type: "hook.cancel", ids: [99], at },
  { type: "hooks.expired", ids: [99], at },
  { type: "hooks.overdue", ids: [99], at },
  { type: "plugin.idled", at },
  { type: "session.opened", generation },
  { type: "session.initialized", generation },
  { type: "session.configured", generation, hooks: ["guard"], at },
  { type: "hooks.answered", generation, ids: [99], successful: false, at },
  {
    type: "session.lost",
    generation,
    fault: faultOf("SESSION_LOST"),
    ended: [],
    unsent: [],
    alive: false,
    at,
  },
  { type: "session.closed", generation, at, jitter: 0.5 },
];

/** States in which an event has a meaning of its own, so that it is one of the moves there. */
const homes: Readonly<Record<string, RegExp>> = {
  "plugin.idled": /^ready/,
  "session.opened": /^(spawning|connecting)$/,
  "session.initialized": /^initializing$/,
  "session.configured": /^fetchingConfig$/,
  "session.lost": /^(spawning|connecting|initializing|fetchingConfig|ready.*)$/,
  "session.closed": /^(closing|stopping)$/,
};

/**
 * What should not come in a state, or is about nothing that is there. It comes all the same: nothing may follow from it. Once
 * in each state of the machine and with each intent, since more of it would show nothing new.
 */
export class Strays {
  readonly #seen = new Map<string, ModelState>();

  of(state: ModelState): Move[] {
    const { leaf, snapshot, history } = state;
    const where = `${leaf} ${snapshot.context.intent.kind}`;
    const first = this.#seen.get(where) ?? state;
    this.#seen.set(where, first);
    if (first !== state) return [];
    return strayEvents(history.generation)
      .filter(({ type }) => !homes[type]?.test(leaf))
      .map((event) => ({ label: `stray ${event.type}`, event }));
  }
}
