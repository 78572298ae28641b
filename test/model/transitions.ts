import type { AnyStateNode, AnyTransitionDefinition } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";

/**
 * A transition's name: where it starts, on what, and its place among those that are tried for it, as in
 * `ready.invoking hooks.answered 2`. The root's name is a dot.
 */
export function transitionId(definition: AnyTransitionDefinition): string {
  const { source, eventType } = definition;
  const tried = source.transitions.get(eventType) ?? [];
  return `${stateId(source)} ${shortName(eventType)} ${tried.indexOf(definition)}`;
}

export const stateId = ({ path }: AnyStateNode): string => path.join(".") || ".";

/** `after openTimeout` for `xstate.after.openTimeout.spawning` */
const shortName = (eventType: string): string =>
  eventType.replace(/^xstate\.after\.(\w+)\..*/, "after $1");

export const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesOf),
];

const everyNode = nodesOf(pluginConnectionMachine.root);

/** All that the machine's definition declares: on an event, after a delay, always, when something is done or fails. */
export const everyTransition: readonly string[] = everyNode.flatMap((node) => [
  ...[...node.transitions.values()].flat().map(transitionId),
  ...(node.always ?? []).map((_, index) => `${stateId(node)} always ${index}`),
]);

export const everyState: readonly string[] = everyNode.map(stateId);

export const everyLeaf: readonly string[] = everyNode
  .filter(({ states }) => Object.keys(states).length === 0)
  .map(stateId);

/** All events that some state of the machine knows, delays left out. */
export const everyEvent: readonly string[] = [
  ...new Set(everyNode.flatMap(({ config }) => Object.keys(config.on ?? {}))),
];
