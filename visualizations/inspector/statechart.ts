import type { ConnectionModel } from "../../src/inspector/trace/model.ts";

/** A transition of the statechart as Stately's editor imports it. */
interface TransitionJson {
  readonly target?: string;
  readonly guard?: string;
  readonly actions?: string | readonly string[];
}

type TransitionsJson = Readonly<Record<string, TransitionJson | readonly TransitionJson[]>>;

interface StateJson {
  readonly on?: TransitionsJson;
  readonly after?: TransitionsJson;
  readonly always?: TransitionJson | readonly TransitionJson[];
  readonly states?: Readonly<Record<string, StateJson>>;
}

export interface Transition {
  /** As in the drawing, such as `ready.invoking/hooks.answered/1` */
  readonly key: string;
  readonly source: string;
  /** `after.<delay>` for a timer */
  readonly event: string;
  /** All must hold */
  readonly guards: readonly string[];
  /** Empty where the state stays */
  readonly target: string;
  readonly actions: readonly string[];
}

/** A transition that the machine may take next, and what has to hold for it as far as the page cannot know. */
export interface Possible extends Transition {
  readonly text: string;
}

const url = "/visualizations/plugin-connection.json";

/** What the statechart can do where: the definition that the drawing is made from. */
export class Statechart {
  /** Of all states, the root's included, in the order in which they are tried */
  readonly transitions: readonly Transition[];
  readonly #byState = new Map<string, readonly Transition[]>();

  /** @throws Error in words for people */
  static async load(): Promise<Statechart> {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`There is no statechart at ${url}`);
    return new Statechart(await answer.json());
  }

  constructor(root: StateJson) {
    this.#read(root, []);
    this.transitions = [...this.#byState.values()].flat();
  }

  #read(state: StateJson, path: readonly string[]): void {
    const source = path.join(".");
    const { on = {}, after = {}, always = [], states = {} } = state;
    this.#byState.set(source, [
      ...Object.entries(on).flatMap(([event, list]) => read(list, source, event)),
      ...Object.entries(after).flatMap(([delay, list]) => read(list, source, `after.${delay}`)),
      ...read(always, source, "always"),
    ]);
    for (const [name, inner] of Object.entries(states)) this.#read(inner, [...path, name]);
  }

  /** What the machine of this connection may do next. Where it has ended, nothing. */
  possibleFrom(connection: ConnectionModel): readonly Possible[] {
    if (connection.state === "terminated") return [];
    const decided = new Set<string>();
    return pathsTo(connection.state)
      .toReversed()
      .flatMap((path) => possibleIn(this.#byState.get(path) ?? [], connection, decided));
  }
}

function read(
  list: TransitionJson | readonly TransitionJson[],
  source: string,
  event: string,
): Transition[] {
  return [list].flat().map(({ target = "", guard = "", actions = [] }, index) => ({
    key: `${source}/${event}/${index}`,
    source,
    event,
    guards: guard === "" ? [] : guard.split(" and "),
    target: target.replace(/^[#.]/, ""),
    actions: [actions].flat(),
  }));
}

/** @param decided events of which a state further in lets none through; added to */
function possibleIn(
  transitions: readonly Transition[],
  connection: ConnectionModel,
  decided: Set<string>,
): Possible[] {
  const possible: Possible[] = [];
  const asked: { readonly event: string; readonly open: readonly string[] }[] = [];
  const decidedHere = new Set(decided);
  for (const transition of transitions) {
    if (decidedHere.has(transition.event)) continue;
    const holding = transition.guards.map((guard) => isTrue(guard, connection));
    if (holding.includes(false)) continue;
    const open = transition.guards.filter((_, index) => holding[index] === undefined);
    const before = asked.filter(({ event }) => event === transition.event);
    // What was asked before it holds whenever this does.
    if (before.some((other) => other.open.every((guard) => open.includes(guard)))) continue;
    possible.push({ ...transition, text: textOf(transition, open, before.length > 0) });
    asked.push({ event: transition.event, open });
    if (open.length === 0) decidedHere.add(transition.event);
  }
  for (const event of decidedHere) decided.add(event);
  return possible;
}

/** What the page knows of a guard; undefined if it depends on what only the machine knows. */
function isTrue(guard: string, { transport, link }: ConnectionModel): boolean | undefined {
  if (guard === "isStdio") return transport === "stdio";
  if (guard === "isCooled") return link.cooled !== null;
  return undefined;
}

function textOf(
  { event, target, actions }: Transition,
  open: readonly string[],
  isElse: boolean,
): string {
  const condition = open.length > 0 ? ` [${open.join(" and ")}]` : isElse ? " [else]" : "";
  const stays = actions.length > 0 ? ` / ${actions.join(", ")}` : ": no effect";
  const effect = target === "" ? stays : ` → ${target}`;
  return `${event.replace(/^after\./, "after ")}${condition}${effect}`;
}

/** The states that are active with a leaf, the root's empty path included, from the outside in. */
export function pathsTo(leaf: string): string[] {
  const parts = leaf.split(".");
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("."))];
}
