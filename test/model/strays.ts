import type { ConnectionEvent } from "../../machines/index.ts";
import type { Move } from "../machines/exhaustive/moves.ts";
import { faultOf } from "../machines/support/fixtures.ts";
import type { ModelState } from "./model.ts";

/**
 * What should not come in a state, or is about nothing that is there. It comes all the same: nothing may follow from it. Once
 * in each state of the machine and with each intent, since more of it would show nothing new.
 */
export class Strays {
  readonly #seen = new Map<string, ModelState>();

  of(state: ModelState): Move[] {
    const { leaf, snapshot } = state;
    const where = `${leaf} ${snapshot.context.intent.kind}`;
    const first = this.#seen.get(where) ?? state;
    this.#seen.set(where, first);
    return first === state ? straysIn(state) : [];
  }
}

function straysIn({ leaf, history: { generation } }: ModelState): Move[] {
  const at = 0;
  const isOf = (...leaves: readonly string[]): boolean => leaves.includes(leaf);
  const opens = isOf("spawning", "connecting");
  const fetches = isOf("fetchingConfig");
  const isOpen = opens || fetches || isOf("initializing") || leaf.startsWith("ready.");
  const events: (ConnectionEvent | false)[] = [
    { type: "hook.cancel", ids: [99], at },
    { type: "hooks.expired", ids: [99], at },
    { type: "hooks.overdue", ids: [99], at },
    !leaf.startsWith("ready.") && { type: "plugin.idled", at },
    !opens && { type: "session.opened", generation },
    !isOf("initializing") && { type: "session.initialized", generation },
    !fetches && { type: "session.configured", generation, hooks: ["guard"], at },
    { type: "hooks.answered", generation, ids: [99], successful: false, at },
    !isOpen && {
      type: "session.lost",
      generation,
      fault: faultOf("SESSION_LOST"),
      ended: [],
      unsent: [],
      alive: false,
      at,
    },
    !isOf("closing", "stopping") && { type: "session.closed", generation, at, jitter: 0.5 },
  ];
  return events
    .filter((event) => event !== false)
    .map((event) => ({ label: `stray ${event.type}`, event }));
}
