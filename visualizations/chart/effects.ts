import type { AnyStateMachine } from "xstate";

/** What the machine's named actions do to actors. */
export interface Effects {
  /** Action to the id of the actor that it spawns */
  readonly spawns: ReadonlyMap<string, string>;
  /** Action to the id of the actor that it stops */
  readonly stops: ReadonlyMap<string, string>;
}

/** Found in the machine itself: actions made by `spawnChild` and `stopChild` carry what they were made with. */
export function effectsOf(machine: AnyStateMachine): Effects {
  const spawns = new Map<string, string>();
  const stops = new Map<string, string>();
  for (const [name, action] of Object.entries(machine.implementations.actions)) {
    if (action === undefined || !("type" in action)) continue;
    if (action.type === "xstate.spawnChild" && "id" in action) spawns.set(name, String(action.id));
    if (action.type === "xstate.stopChild" && "actorRef" in action)
      stops.set(name, String(action.actorRef));
  }
  return { spawns, stops };
}
