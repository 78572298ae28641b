/** Names of actions, in their order. Those of XState's own (the timers of `after`) have none. */
export function actionNames(actions: readonly unknown[]): readonly string[] {
  return actions.filter((action) => !isOwnOfXState(action)).map(partName);
}

/** The guards that must all hold: those of an `and` one by one. */
export function guardNames(guard: unknown): readonly string[] {
  if (guard === undefined) return [];
  if (!isCombined(guard)) return [partName(guard)];
  const { name, guards } = guard;
  if (name === "and") return guards.flatMap(guardNames);
  const inner = guards.map((part) => guardNames(part).join(" and ")).join(` ${name} `);
  return [name === "not" ? `not ${inner.trim()}` : inner];
}

interface CombinedGuard {
  readonly name: string;
  readonly guards: readonly unknown[];
}

function isCombined(guard: unknown): guard is CombinedGuard {
  return typeof guard === "function" && "guards" in guard && Array.isArray(guard.guards);
}

function isOwnOfXState(action: unknown): boolean {
  return typeof action === "function" && "type" in action;
}

/** A part without a name could be drawn by no word that a reader finds in the code. */
function partName(part: unknown): string {
  if (typeof part === "string") return part;
  if (typeof part === "object" && part !== null && "type" in part) return String(part.type);
  throw new TypeError("An action or guard has no name: name it in setup()");
}
