import { type Chart, type ChartState, statesOf, type Transition } from "../chart/chart.ts";
import { groupBy } from "./group-by.ts";
import type { Frame, View } from "./view.ts";

/** What is said once in the picture, for one transition or for several that are drawn as one. */
export interface Item {
  /** Id of a node */
  readonly from: string;
  /** Id of a node; null where the state stays, or is entered anew */
  readonly to: string | null;
  /** As it is shown */
  readonly shown: Transition;
  readonly transitions: readonly Transition[];
  /** The part of a line that begins at the choice point: it says no event */
  readonly isBranch: boolean;
}

/** All transitions of the chart, those that part ways at the choice point or are shared in a frame taken together. */
export function itemsOf(chart: Chart, view: View): readonly Item[] {
  const single = statesOf(chart.root).flatMap((state) => stateItems(state, view));
  return view.frames.reduce(shareInFrame, single);
}

/** From the choice point on. */
export function choiceItems(items: readonly Item[], { choice }: View): readonly Item[] {
  const choosing = items.filter(({ to }) => to === choice.id).flatMap((item) => item.transitions);
  const isFirst = (transition: Transition): boolean => transition.guards.includes(choice.guard);
  return groupBy(choosing, ({ targets }) => targets.join()).map((transitions) => {
    const [first] = transitions;
    const guards = first !== undefined && isFirst(first) ? [choice.guard] : [];
    return {
      from: choice.id,
      to: first?.targets[0] ?? null,
      shown: {
        ...(first as Transition),
        guards,
        isElse: guards.length === 0,
        actions: [],
      },
      transitions,
      isBranch: true,
    };
  });
}

function stateItems({ transitions }: ChartState, view: View): Item[] {
  const items: Item[] = [];
  for (let index = 0; index < transitions.length; index++) {
    const first = transitions[index] as Transition;
    const second = transitions[index + 1];
    if (second !== undefined && areChoice(first, second, view.choice.guard)) {
      items.push(choosing(first, second, view));
      index++;
    } else items.push(plain(first));
  }
  return items;
}

function plain(transition: Transition): Item {
  const { source, targets } = transition;
  const [target = null] = targets;
  return {
    from: source,
    to: target === source ? null : target,
    shown: transition,
    transitions: [transition],
    isBranch: false,
  };
}

/** Two that differ in the guard of the choice point only, the second taken where that does not hold. */
function areChoice(first: Transition, second: Transition, guard: string): boolean {
  return (
    first.guards.includes(guard) &&
    sameTrigger(first, second) &&
    second.guards.join() === first.guards.filter((name) => name !== guard).join() &&
    first.actions.join() === second.actions.join() &&
    first.targets.length > 0 &&
    second.targets.length > 0
  );
}

const sameTrigger = (one: Transition, other: Transition): boolean =>
  one.trigger === other.trigger && one.name === other.name;

function choosing(first: Transition, second: Transition, { choice }: View): Item {
  const guards = first.guards.filter((name) => name !== choice.guard);
  return {
    from: first.source,
    to: choice.id,
    shown: { ...first, guards },
    transitions: [first, second],
    isBranch: false,
  };
}

/** What every state of the frame does alike is said once, at the frame. */
function shareInFrame(items: readonly Item[], frame: Frame): readonly Item[] {
  const inside = items.filter(({ from }) => frame.states.includes(from));
  const shared = groupBy(inside, signature).filter((group) =>
    frame.states.every((state) => group.some(({ from }) => from === state)),
  );
  const taken = new Set(shared.flat());
  const common = shared.map((group) => ({
    ...(group[0] as Item),
    from: frame.id,
    transitions: group.flatMap(({ transitions }) => transitions),
  }));
  return [...items.filter((item) => !taken.has(item)), ...common];
}

function signature({ from, to, shown }: Item): string {
  const { trigger, name, guards, isElse, actions, targets, reenters } = shown;
  const target = to ?? (targets[0] === from ? "itself" : "");
  return JSON.stringify([trigger, name, guards, isElse, actions, reenters, target]);
}
