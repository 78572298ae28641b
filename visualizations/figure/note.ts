import type { ChartState, Transition } from "../chart/chart.ts";
import type { Note, Tone } from "./figure.ts";
import { groupBy } from "./group-by.ts";
import type { Item } from "./items.ts";
import { entryPieces, isOtherwise, piecesOf, wrap } from "./wording.ts";

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
      lines: wrap(piecesOf(group), width),
    };
  });
}

/** The tone of a line that says several things. */
export function strongest(tones: readonly Tone[]): Tone {
  return (["failure", "way", "wish"] as const).find((tone) => tones.includes(tone)) ?? "way";
}

/** Words that stand for themselves. */
export function wordNote(text: string): Note {
  return { keys: [], tone: "way", lines: [[{ text, style: "keyword" }]] };
}

/** What happens on entering a state, and the actors that it invokes. */
export function entryNotes(state: ChartState, width: number): readonly Note[] {
  return entryPieces(state).map((pieces) => ({
    keys: [],
    tone: "way",
    lines: wrap(pieces, width),
  }));
}
