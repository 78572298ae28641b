import type { pluginConnectionMachine } from "../../machines/index.ts";

type Machine = typeof pluginConnectionMachine;
type Node = Machine["root"];

/** A transition of a leaf, its own or inherited from a state around it, to the leaf that it enters. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** `always`, `after …`, or the event's name */
  readonly event: string;
}

const pathOf = (node: Node): string => node.path.join(".");

function leaves(node: Node): Node[] {
  const children = Object.values(node.states);
  return children.length === 0 ? [node] : children.flatMap((child) => leaves(child as Node));
}

export function leavesOf(machine: Machine): string[] {
  return leaves(machine.root).map(pathOf);
}

export function edgesOf(machine: Machine): Edge[] {
  return leaves(machine.root).flatMap((leaf) =>
    withParents(leaf).flatMap((node) => from(leaf, node)),
  );
}

function withParents(leaf: Node): Node[] {
  const chain: Node[] = [];
  for (
    let node: Node | undefined = leaf;
    node !== undefined;
    node = node.parent as Node | undefined
  )
    chain.push(node);
  return chain;
}

function from(leaf: Node, node: Node): Edge[] {
  return [...node.transitions.values()].flat().flatMap(({ target, eventType }) => {
    const event = eventType.replace(/^xstate\.after\.(?<delay>\w+)\..*$/, "after $<delay>");
    const targets = (target ?? [leaf]) as Node[];
    return targets.map((to) => ({ from: pathOf(leaf), to: pathOf(initialLeaf(to)), event }));
  });
}

function initialLeaf(node: Node): Node {
  const [first] = (node.initial?.target ?? []) as Node[];
  return first === undefined ? node : initialLeaf(first);
}
