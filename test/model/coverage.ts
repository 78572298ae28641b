import type { InspectionEvent } from "xstate";
import { edgeId } from "../../src/inspector/edge-id.ts";
import type { ModelMove, ModelState } from "./model.ts";
import { everyEvent, everyLeaf, everyState, everyTransition } from "./transitions.ts";

/** What of the machine's definition has been gone through, as the actor itself tells it. */
export class Coverage {
  /** How often each transition was taken, by its id */
  readonly transitions = new Map<string, number>(everyTransition.map((id) => [id, 0]));
  readonly #states = new Set<string>();
  /** Cells of the (state × event) table in which something is taken, or nothing follows */
  readonly #cells = new Map<string, "taken" | "refused">();

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== "@xstate.microstep") return;
    for (const taken of event._transitions) {
      const id = edgeId(taken);
      this.transitions.set(id, (this.transitions.get(id) ?? 0) + 1);
    }
  };

  /** A step of a path, which the actor has been seen to do as the model does. */
  note({ type }: ModelMove, { leaf, arrival }: ModelState): void {
    this.enter(leaf);
    if (!arrival || !everyEvent.includes(type)) return;
    this.#note(`${arrival.from.leaf} ${type}`, arrival.taken.length > 0);
  }

  enter(leaf: string): void {
    this.#states.add(leaf);
  }

  /** Of an event in a state it has been seen that nothing follows. */
  refuse(leaf: string, type: string): void {
    this.#note(`${leaf} ${type}`, false);
  }

  #note(cell: string, isTaken: boolean): void {
    if (isTaken) this.#cells.set(cell, "taken");
    else if (!this.#cells.has(cell)) this.#cells.set(cell, "refused");
  }

  add(other: CoverageReport): void {
    for (const [id, times] of Object.entries(other.taken)) {
      this.transitions.set(id, (this.transitions.get(id) ?? 0) + times);
    }
    for (const state of other.states) this.#states.add(state);
    for (const [cell, how] of other.cells) this.#note(cell, how === "taken");
  }

  get report(): CoverageReport {
    const leaves = [...this.#states];
    const parents = leaves.map((leaf) => leaf.split(".").slice(0, -1).join(".") || ".");
    return {
      taken: Object.fromEntries(this.transitions),
      states: [...new Set([...leaves, ...parents])],
      cells: [...this.#cells],
    };
  }
}

/** Coverage as data, for other threads and for files. */
export interface CoverageReport {
  readonly taken: Readonly<Record<string, number>>;
  readonly states: readonly string[];
  readonly cells: readonly (readonly [string, "taken" | "refused"])[];
}

/** What is in the definition, and was not gone through. */
export function gapsOf({ taken, states, cells }: CoverageReport): string[] {
  const known = new Map(cells);
  const table = everyLeaf.flatMap((leaf) => everyEvent.map((type) => `${leaf} ${type}`));
  return [
    ...everyTransition.filter((id) => !taken[id]).map((id) => `transition ${id}`),
    ...everyState.filter((id) => !states.includes(id)).map((id) => `state ${id}`),
    ...table.filter((cell) => !known.has(cell)).map((cell) => `cell ${cell}`),
    ...Object.keys(taken)
      .filter((id) => !everyTransition.includes(id))
      .map((id) => `unknown transition ${id}`),
  ];
}
