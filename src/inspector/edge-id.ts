import type { ObservedTransition } from "./observed-actor.ts";

/** Of definitions, which live as long as their machine. */
const known = new WeakMap<object, string>();

/**
 * Names a transition as the diagrams do: its source, its event, and its place among those that are tried for it, such as
 * `ready.invoking/hooks.answered/1` or `closing/after.closeLimit/0`.
 */
export function edgeId(transition: ObservedTransition): string {
  const found = known.get(transition);
  if (found !== undefined) return found;
  const { source, eventType } = transition;
  const place = source.transitions.get(eventType)?.indexOf(transition) ?? 0;
  const id = `${source.path.join(".")}/${eventName(eventType)}/${place}`;
  known.set(transition, id);
  return id;
}

/** `after.openTimeout` for `xstate.after.openTimeout.pluginConnection.spawning` */
export const eventName = (eventType: string): string =>
  eventType.replace(/^xstate\.after\.([^.]+)\..*$/, "after.$1");
