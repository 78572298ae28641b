import type { Bounds } from "./bounds.ts";
import { check, type Edge, everyInvariant, type Vertex } from "./explore.ts";
import { isFaultless, liveness } from "./liveness.ts";
import { movesOf } from "./moves.ts";
import { isHeld, keyOf, type Machine, type State, Stepper } from "./state.ts";
import { Violation, wayTo } from "./violation.ts";

/**
 * Goes one way, by the names of its moves, and checks every step as the exploration does, and what can become of the last
 * state. Throws the first violation: a way that one was found on is a test of its own.
 */
export function follow(machine: Machine, bounds: Bounds, labels: readonly string[]): State {
  const stepper = new Stepper(machine, bounds);
  let at: Vertex = new Place(stepper, bounds, stepper.first);
  const rounds = new Rounds(bounds);
  for (const label of labels) {
    const move = movesOf(at.state, bounds).find((one) => one.label === label);
    if (!move) throw new Error(`in ${at.state.leaf} there is no move "${label}"`);
    const step = stepper.take(at.state, move.event);
    check(step, at, move, everyInvariant);
    at = new Place(stepper, bounds, step.to, { from: at, label });
    rounds.note(at, label);
  }
  const graph = { bounds, vertices: [at], edges: 0, depth: labels.length };
  for (const rule of liveness) rule(graph);
  return at.state;
}

/** Notices that a call has gone round in a circle, of which nothing was a fault. */
class Rounds {
  readonly #bounds: Bounds;
  #passed = new Set<string>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  note(at: Vertex, label: string): void {
    const key = keyOf(at.state, this.#bounds);
    const isBack = this.#passed.has(key) && at.by?.from.state !== at.state;
    if (!isFaultless(label)) this.#passed = new Set();
    else if (isBack && at.state.history.calls.some(isHeld))
      throw new Violation(
        "L5 callsAdvance",
        "a call goes round in circles",
        this.#bounds,
        wayTo(at),
      );
    this.#passed.add(key);
  }
}

/** A vertex of a graph that nobody has explored: its edges are computed when somebody asks. */
class Place implements Vertex {
  readonly state: State;
  readonly by: Vertex["by"];
  readonly #stepper: Stepper;
  readonly #bounds: Bounds;

  constructor(stepper: Stepper, bounds: Bounds, state: State, by?: Vertex["by"]) {
    this.#stepper = stepper;
    this.#bounds = bounds;
    this.state = state;
    this.by = by;
  }

  get edges(): Edge[] {
    return movesOf(this.state, this.#bounds).map(({ label, event }) => {
      const { to } = this.#stepper.take(this.state, event);
      const isSame = to === this.state;
      const there = () => new Place(this.#stepper, this.#bounds, to, { from: this, label });
      return { label, to: isSame ? this : there() };
    });
  }
}
