import type { AnyStateNode } from "xstate";
import { pluginConnectionMachine } from "../../machines/index.ts";
import { edgeId } from "../../src/inspector/edge-id.ts";

/** The name of a state: its path, or a dot for the root. */

export const stateId = ({ path }: AnyStateNode): string => path.join(".") || ".";

export const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesOf),
];

const everyNode = nodesOf(pluginConnectionMachine.root);

/** All that the machine's definition declares, by the names that the diagrams and the inspector have for it: on an event, after a delay, always, when something is done or fails. */
export const everyTransition: readonly string[] = everyNode.flatMap((node) => [
  ...[...node.transitions.values()].flat().map(edgeId),
  ...(node.always ?? []).map((_, index) => `${node.path.join(".")}/always/${index}`),
]);

export const everyState: readonly string[] = everyNode.map(stateId);

export const everyLeaf: readonly string[] = everyNode
  .filter(({ states }) => Object.keys(states).length === 0)
  .map(stateId);

/** All events that some state of the machine knows, delays left out. */
export const everyEvent: readonly string[] = [
  ...new Set(everyNode.flatMap(({ config }) => Object.keys(config.on ?? {}))),
];
