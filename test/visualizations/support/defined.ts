import type { AnyStateMachine } from "xstate";

/** A transition as the definition has it, read apart from the code that draws. */
export interface Defined {
  readonly key: string;
  readonly source: string;
  /** As a picture says it: the event, `after` and the delay, or `always` */
  readonly event: string;
  readonly guards: readonly string[];
  /** Whether there is another of this state and event before it */
  readonly isLater: boolean;
  readonly actions: readonly string[];
  /** Null where the state is not left */
  readonly target: string | null;
}

type Node = AnyStateMachine["root"];

export function definedIn(machine: AnyStateMachine): readonly Defined[] {
  return nodesOf(machine.root).flatMap((node) => [
    ...[...node.transitions].flatMap(([event, list]) =>
      list.map((transition, index) => read(node, event, transition, index)),
    ),
    ...(node.always ?? []).map((transition, index) => read(node, "always", transition, index)),
  ]);
}

export function pathsOf(machine: AnyStateMachine): readonly string[] {
  return nodesOf(machine.root).map(pathOf).filter(Boolean);
}

/** States that do something when they are entered, and what. */
export function entriesOf(machine: AnyStateMachine): { path: string; names: string[] }[] {
  return nodesOf(machine.root)
    .map((node) => ({
      path: pathOf(node),
      // The timers of `after` are actions of XState's own.
      names: node.entry.filter((action) => typeof action === "string"),
    }))
    .filter(({ names }) => names.length > 0);
}

const pathOf = (node: Node): string => node.path.join(".");

function nodesOf(node: Node): Node[] {
  return [node, ...Object.values<Node>(node.states).flatMap(nodesOf)];
}

function read(
  node: Node,
  eventType: string,
  transition: NonNullable<Node["always"]>[number],
  index: number,
): Defined {
  const event = eventType.replace(/^xstate\.after\.(\w+)\..*$/, "after $1");
  const { guard, actions, target, reenter } = transition;
  const [to] = (target ?? []) as Node[];
  return {
    key: `${pathOf(node)}/${event.replace(" ", ".")}/${index}`,
    source: pathOf(node),
    event,
    guards: guardsOf(guard),
    isLater: index > 0,
    actions: actions.map(nameOf),
    target: to === undefined || (to === node && reenter) ? null : pathOf(to),
  };
}

function nameOf(part: unknown): string {
  return typeof part === "string" ? part : (part as { type: string }).type;
}

function guardsOf(guard: unknown): readonly string[] {
  if (guard === undefined) return [];
  if (typeof guard === "string") return [guard];
  const { guards } = guard as { guards: readonly unknown[] };
  return guards.flatMap(guardsOf);
}
