import type { Chart } from "../chart/chart.ts";
import type { Figure, FigureEdge, FigureNode, Note, Tone } from "./figure.ts";
import { groupBy } from "./group-by.ts";
import { choiceItems, type Item, itemsOf } from "./items.ts";
import { legendOf } from "./legend.ts";
import { initialEdges, nodesFor, nothing } from "./nodes.ts";
import { entryNotes, notesOf, strongest, wordNote } from "./note.ts";
import type { View } from "./view.ts";

/** Widths in px at which notes are broken into lines. */
const boxNoteWidth = 235;
const edgeNoteWidth = 175;
const headingNoteWidth = 420;

/** Everything that the definition says, in one picture. */
export function fullFigure(chart: Chart, view: View): Figure {
  const items = itemsOf(chart, view);
  const all = [...items, ...choiceItems(items, view)];
  const staying = (id: string, width: number): readonly Note[] => {
    const own = all.filter(({ from, to }) => from === id && to === null);
    return notesOf(own, view.tone, width);
  };
  const boxes = nodesFor(chart, view, {
    ofState: (state) => [...entryNotes(state, boxNoteWidth), ...staying(state.path, boxNoteWidth)],
    ofFrame: (id) => staying(id, boxNoteWidth),
  });
  return {
    title: chart.id,
    nodes: [...words(chart, staying("", headingNoteWidth)), ...boxes],
    edges: [...initialEdges(chart), ...edges(all, view)],
  };
}

/** What holds in every state, and what the signs mean. */
function words(chart: Chart, everywhere: readonly Note[]): readonly FigureNode[] {
  const notes = [
    wordNote("in every state:"),
    ...entryNotes(chart.root, headingNoteWidth),
    ...everywhere,
  ];
  return [
    { ...nothing, id: "heading", shape: "heading", title: chart.id, notes },
    { ...nothing, id: "legend", shape: "legend", title: "", legend: legendOf(chart.delays) },
  ];
}

/** One line for all items between two nodes, but what goes wrong apart from the rest. */
function edges(items: readonly Item[], view: View): readonly FigureEdge[] {
  const moving = items.filter(({ to }) => to !== null);
  const tones = (group: readonly Item[]): Tone =>
    strongest(group.flatMap(({ transitions }) => transitions).map(view.tone));
  const idOf = (item: Item): string =>
    `${item.from}→${item.to}${tones([item]) === "failure" ? ":failure" : ""}`;
  return groupBy(moving, idOf).map((group) => {
    const [first] = group as [Item, ...Item[]];
    return {
      id: idOf(first),
      from: first.from,
      to: first.to ?? "",
      tone: tones(group),
      notes: notesOf(group, view.tone, edgeNoteWidth),
    };
  });
}
