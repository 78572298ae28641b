import type { ChartState, Transition } from "../chart/chart.ts";
import { runWidth } from "../layout/text-width.ts";
import type { Line, Note, Run, Tone } from "./figure.ts";
import { groupBy } from "./group-by.ts";
import type { Item } from "./items.ts";

/** One note for all items that differ in their event only. */
export function notesOf(
  items: readonly Item[],
  tone: (transition: Transition) => Tone,
  width: number,
): readonly Note[] {
  const alike = groupBy(items, ({ to, shown }) =>
    JSON.stringify([to, shown.guards, isOtherwise(shown), shown.actions]),
  );
  return alike.map((group) => {
    const transitions = group.flatMap((item) => item.transitions);
    return {
      keys: transitions.map(({ key }) => key),
      tone: strongest(transitions.map(tone)),
      lines: wrap(runsOf(group), width),
    };
  });
}

const isOtherwise = ({ isElse, guards }: Transition): boolean => isElse && guards.length === 0;

/** The tone of a line that says several things. */
export function strongest(tones: readonly Tone[]): Tone {
  return (["failure", "way", "wish"] as const).find((tone) => tones.includes(tone)) ?? "way";
}

/** Words that stand for themselves. */
export function wordNote(text: string): Note {
  return { keys: [], tone: "way", lines: [[keyword(text)]] };
}

/** What happens on entering a state, and the actors that it invokes. */
export function entryNotes(state: ChartState, width: number): readonly Note[] {
  const lines = [
    ...state.invokes.map(({ id }) => [keyword("invoke / "), action(id)]),
    ...actionLine("entry / ", state.entry),
    ...actionLine("exit / ", state.exit),
  ];
  return lines.map((runs) => ({ keys: [], tone: "way", lines: wrap(runs, width) }));
}

function actionLine(word: string, names: readonly string[]): Run[][] {
  return names.length === 0 ? [] : [[keyword(word), ...commas(names.map(action))]];
}

/** What items say that differ in their event only. */
export function runsOf(group: readonly Item[]): readonly Run[] {
  const [first] = group;
  if (first === undefined) return [];
  const { isBranch, shown } = first;
  const events = new Map(group.map((item) => [eventText(item.shown), eventRuns(item.shown)]));
  const named = [...events.values()].map((runs, index) => [
    ...(index > 0 ? [keyword(" or ")] : []),
    ...runs,
  ]);
  return [
    ...(isBranch ? [] : named.flat()),
    ...guardRuns(shown, isBranch),
    ...(shown.actions.length > 0 ? [keyword(" / "), ...commas(shown.actions.map(action))] : []),
  ];
}

const eventText = ({ trigger, name }: Transition): string => `${trigger} ${name}`;

function eventRuns({ trigger, name, reenters }: Transition): Run[] {
  const words: Run[] = trigger === "event" ? [] : [keyword(`${trigger} `)];
  const again = reenters ? [keyword(" anew")] : [];
  return [...words, { text: name, style: trigger === "after" ? "delay" : "event" }, ...again];
}

function guardRuns(transition: Transition, isFirst: boolean): Run[] {
  const { guards } = transition;
  const text = isOtherwise(transition) ? "else" : guards.join(" and ");
  return text === "" ? [] : [guard(`${isFirst ? "" : " "}[${text}]`)];
}

const keyword = (text: string): Run => ({ text, style: "keyword" });
const action = (text: string): Run => ({ text, style: "action" });
const guard = (text: string): Run => ({ text, style: "guard" });

function commas(runs: readonly Run[]): Run[] {
  return runs.map((run, index) =>
    index < runs.length - 1 ? { ...run, text: `${run.text}, ` } : run,
  );
}

/** Breaks between runs, never within one. */
export function wrap(runs: readonly Run[], width: number): readonly Line[] {
  const lines: Run[][] = [[]];
  let used = 0;
  for (const run of runs) {
    const size = runWidth(run);
    const isTooWide = used > 0 && used + size > width;
    if (isTooWide) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(isTooWide ? { ...run, text: run.text.trimStart() } : run);
    used += size;
  }
  return lines;
}
