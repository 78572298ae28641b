import type { AnyStateMachine, AnyTransitionDefinition } from "xstate";
import { actorLives } from "./actor-lives.ts";
import type { Chart, ChartState, StateKind, Transition } from "./chart.ts";
import { delaysOf } from "./delays.ts";
import { effectsOf } from "./effects.ts";
import { actionNames, guardNames } from "./part-names.ts";
import { transitionKey, triggerOf } from "./transition-key.ts";

type Node = AnyStateMachine["root"];

/** Reads the definition of a machine: all its states, and all its transitions, `always` and `after` included. */
export function readChart(machine: AnyStateMachine): Chart {
  const bare: Chart = {
    id: machine.id,
    root: readState(machine.root),
    delays: delaysOf(machine),
  };
  const lives = actorLives(bare, effectsOf(machine));
  return { ...bare, root: withActors(bare.root, lives) };
}

const pathOf = (node: Node): string => node.path.join(".");

function readState(node: Node): ChartState {
  const [initial] = node.initial?.target ?? [];
  return {
    path: pathOf(node),
    name: node.key,
    kind: node.type as StateKind,
    initial: initial ? pathOf(initial) : null,
    entry: actionNames(node.entry),
    exit: actionNames(node.exit),
    invokes: node.invoke.map(({ id, src }) => ({ id, src: typeof src === "string" ? src : id })),
    actors: [],
    transitions: [...node.transitions.values(), node.always ?? []].flatMap(readTransitions),
    states: Object.values<Node>(node.states).map(readState),
  };
}

/** Those of one state for one event. */
function readTransitions(definitions: readonly AnyTransitionDefinition[]): Transition[] {
  return definitions.map((definition, index) => {
    const { source, guard, actions, target, reenter } = definition;
    return {
      key: transitionKey(source.path, definition.eventType, index),
      source: pathOf(source as Node),
      ...triggerOf(definition.eventType),
      guards: guardNames(guard),
      isElse: index > 0,
      actions: actionNames(actions),
      targets: (target ?? []).map((node) => pathOf(node as Node)),
      reenters: reenter,
    };
  });
}

function withActors(state: ChartState, lives: ReadonlyMap<string, readonly string[]>): ChartState {
  return {
    ...state,
    actors: lives.get(state.path) ?? [],
    states: state.states.map((child) => withActors(child, lives)),
  };
}
