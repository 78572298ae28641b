import { not } from "xstate";
import { testedMachine } from "../../machines/support/test-connection.ts";
import { everyLeaf, nodesOf, stateId } from "../transitions.ts";
import { delayMutants, settingMutants } from "./bounds.ts";
import {
  allOf,
  definition,
  type Machine,
  machineOf,
  type NodeConfig,
  partsOf,
  type TransitionConfig,
} from "./definition.ts";

/** A machine that differs from the one that ships in one place. */
export interface Mutant {
  /** Where and what, as in `ready.waiting/plugin.stop/0: without target` */
  readonly id: string;
  /** Id of the transition that was changed, if it was one */
  readonly transition?: string;
  readonly build: () => Machine;
}

/** All that the operators make of the machine: each applied wherever it applies, in every way. */
export const everyMutant = (): Mutant[] => [
  ...places(definition()).flatMap(transitionMutants),
  ...nodeMutants(),
  ...delayMutants(),
  ...settingMutants(),
];

/** Where a transition is declared. */
interface Place {
  readonly path: readonly string[];
  readonly section: "on" | "after";
  readonly event: string;
  readonly index: number;
}

const sections = ["on", "after"] as const;

function places(node: NodeConfig, path: readonly string[] = []): Place[] {
  const own = sections.flatMap((section) =>
    Object.entries(node[section]).flatMap(([event, list]) =>
      list.map((_, index): Place => ({ path, section, event, index })),
    ),
  );
  const inner = Object.entries(node.states).flatMap(([name, state]) =>
    places(state, [...path, name]),
  );
  return [...own, ...inner];
}

function nodeAt(root: NodeConfig, path: readonly string[]): NodeConfig {
  const [name, ...rest] = path;
  if (name === undefined) return root;
  const inner = root.states[name];
  if (!inner) throw new Error(`no state ${name}`);
  return nodeAt(inner, rest);
}

const listAt = (root: NodeConfig, { path, section, event }: Place): TransitionConfig[] =>
  nodeAt(root, path)[section][event] ?? [];

function transitionMutants(place: Place): Mutant[] {
  const { path, section, event, index } = place;
  const id = `${path.join(".")}/${section === "after" ? `after.${event}` : event}/${index}`;
  const mutant = (what: string, change: (list: TransitionConfig[]) => void): Mutant => ({
    id: `${id}: ${what}`,
    transition: id,
    build: () => {
      const root = definition();
      change(listAt(root, place));
      return machineOf(root);
    },
  });
  const own = listAt(definition(), place)[index];
  if (!own) throw new Error(`no transition ${id}`);
  const change = (what: string, members: Partial<TransitionConfig>): Mutant =>
    mutant(what, (list) => {
      list[index] = { ...own, ...members };
    });
  return [
    mutant("dropped", (list) => list.splice(index, 1)),
    ...targetsInstead(place, own).map(([what, target]) => change(what, { target } as never)),
    ...guardsInstead(own.guard).map(([what, guard]) => change(what, { guard })),
    ...own.actions.map((action, n) =>
      change(`without ${action}`, { actions: own.actions.toSpliced(n, 1) }),
    ),
    ...(own.reenter ? [change("not entered anew", { reenter: false })] : []),
  ];
}

const nodes = nodesOf(testedMachine.root);

/** Every other leaf, and none. */
function targetsInstead({ path, section, event, index }: Place, own: TransitionConfig) {
  if (own.target === undefined) return [];
  const source = nodes.find((node) => node.path.join() === path.join());
  const declared = [...(source?.transitions ?? [])].find(([type]) =>
    section === "after" ? type.startsWith(`xstate.after.${event}.`) : type === event,
  );
  let target = declared?.[1][index]?.target?.[0];
  while (target && Object.keys(target.states).length > 0) target = target.initial.target[0];
  const others = nodes.filter((node) => everyLeaf.includes(stateId(node)) && node !== target);
  return [
    ["without target", undefined] as const,
    ...others.map((node) => [`to ${stateId(node)}`, `#${node.id}`] as const),
  ];
}

/** None, the opposite, and a conjunction without each of its parts. */
function guardsInstead(guard: unknown): [string, unknown][] {
  if (guard === undefined) return [];
  const parts = partsOf(guard);
  return [
    ["without its guard", undefined],
    [`not ${parts.join(" and ")}`, not(guard as never)],
    ...(parts.length === 1
      ? []
      : parts.map((part, n): [string, unknown] => [
          `without the guard ${part}`,
          allOf(parts.toSpliced(n, 1)),
        ])),
  ];
}

/** Entry actions dropped, another initial state, no keeper. */
function nodeMutants(): Mutant[] {
  return nodes.flatMap((node) => {
    const path = node.path as readonly string[];
    const own = nodeAt(definition(), path);
    const mutant = (what: string, change: (node: NodeConfig) => void): Mutant => ({
      id: `${stateId(node)}: ${what}`,
      build: () => {
        const root = definition();
        change(nodeAt(root, path));
        return machineOf(root);
      },
    });
    return [
      ...own.entry.map((action, n) =>
        mutant(`entered without ${action}`, ({ entry }) => {
          entry.splice(n, 1);
        }),
      ),
      ...Object.keys(own.states)
        .filter((name) => name !== own.initial)
        .map((name) =>
          mutant(`begins with ${name}`, (changed) => {
            changed.initial = name;
          }),
        ),
      ...(own.invoke === undefined
        ? []
        : [
            mutant("without what it invokes", (changed) => {
              changed.invoke = undefined;
            }),
          ]),
    ];
  });
}
