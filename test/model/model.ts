import type { ActorLogic } from "xstate";
import { TestModel } from "xstate/graph";
import { type ConnectionEvent, pluginConnectionMachine } from "../../machines/index.ts";
import { edgeId } from "../../src/inspector/edge-id.ts";
import type { Bounds } from "../machines/exhaustive/bounds.ts";
import type { Effects } from "../machines/exhaustive/effects.ts";
import type { History, StepEvent } from "../machines/exhaustive/history.ts";
import { type Move, movesOf } from "../machines/exhaustive/moves.ts";
import { keyOf, type Snapshot, type State, Stepper } from "../machines/exhaustive/state.ts";
import { Strays } from "./strays.ts";

export interface ModelMove extends Move {
  readonly type: Move["event"]["type"];
}

/** How a state was reached: from which one, and by what of the machine. */
export interface Arrival {
  readonly from: ModelState;
  readonly effects: Effects;
  /** Ids of the transitions that the machine took; none where it does not know the event in this state */
  readonly taken: readonly string[];
}

/** A state of the model: the snapshot of the machine that ships, and what has happened so far. */
export class ModelState implements State {
  readonly leaf: string;
  readonly snapshot: Snapshot;
  readonly history: History;
  /** For how long each pending timer was set, in ms, by its id */
  readonly waits: Readonly<Record<string, number>>;
  /** undefined at first */
  readonly arrival: Arrival | undefined;
  readonly error = undefined;
  readonly output = undefined;

  constructor(state: State, waits: Readonly<Record<string, number>>, arrival?: Arrival) {
    this.leaf = state.leaf;
    this.snapshot = state.snapshot;
    this.history = state.history;
    this.waits = waits;
    this.arrival = arrival;
  }

  get status(): "active" | "done" {
    return this.snapshot.status === "done" ? "done" : "active";
  }

  toJSON(): string {
    return this.leaf;
  }
}

export type ConnectionModel = TestModel<ModelState, ModelMove, undefined>;

/** The model of which paths are made: `pluginConnectionMachine` itself, as far as the bounds go. */
export function modelOf(bounds: Bounds): ConnectionModel {
  const strays = new Strays();
  return new TestModel(logicOf(bounds), {
    events: (state) =>
      [...movesOf(state, bounds), ...strays.of(state)].map((move) => ({
        ...move,
        type: move.event.type,
      })),
    serializeState: (state) => keyOf(state, bounds),
    serializeEvent: ({ label }) => label,
    filterEvents: ({ status }) => status === "active",
    limit: mostSteps,
  });
}

const mostSteps = 1_000_000;

/** Computes with the machine, and keeps beside its snapshot what the invariants are judged by. */
function logicOf(bounds: Bounds): ActorLogic<ModelState, ModelMove, undefined> {
  const stepper = new Stepper(pluginConnectionMachine, bounds);
  const first = new ModelState(stepper.first, {});
  return {
    getInitialSnapshot: () => first,
    getPersistedSnapshot: (state) => state,
    transition: (from, { event }) => {
      const { to, effects } = stepper.take(from, event);
      const taken = takenBy(from, event as ConnectionEvent);
      return new ModelState(to, waitsAfter(from, event, effects), { from, effects, taken });
    },
  };
}

/** One microstep for an event: the machine has neither eventless transitions nor events of its own. */
function takenBy({ snapshot }: State, event: ConnectionEvent): string[] {
  if (snapshot.status !== "active") return [];
  return pluginConnectionMachine.getTransitionData(snapshot, event).map(edgeId);
}

function waitsAfter({ waits }: ModelState, { type }: StepEvent, effects: Effects) {
  const { timersSet, timersCleared } = effects;
  if (timersSet.length + timersCleared.length === 0 && !(type in waits)) return waits;
  const left = Object.entries(waits).filter(([id]) => id !== type && !timersCleared.includes(id));
  return Object.fromEntries([...left, ...timersSet.map(({ id, ms }) => [id, ms] as const)]);
}
