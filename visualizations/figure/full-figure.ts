import { type Chart, type ChartState, statesOf } from "../chart/chart.ts";
import type { Figure, FigureEdge, FigureNode, Note, Tone } from "./figure.ts";
import { groupBy } from "./group-by.ts";
import { choiceItems, type Item, itemsOf } from "./items.ts";
import { legendOf } from "./legend.ts";
import { entryNotes, notesOf, strongest } from "./note.ts";
import type { View } from "./view.ts";

/** Widths in px at which notes are broken into lines. */
const boxNoteWidth = 235;
const edgeNoteWidth = 175;

/** Everything that the definition says, in one picture. */
export function fullFigure(chart: Chart, view: View): Figure {
  const items = itemsOf(chart, view);
  const all = [...items, ...choiceItems(items, view)];
  const staying = all.filter(({ to }) => to === null);
  const notesFor = (id: string): readonly Note[] =>
    notesOf(
      staying.filter(({ from }) => from === id),
      view.tone,
      boxNoteWidth,
    );
  const framed = new Set(view.frames.flatMap(({ states }) => states));
  const stateNode = (state: ChartState): FigureNode => ({
    id: state.path,
    shape: state.kind === "final" ? "final" : "state",
    title: state.name,
    actors: state.actors,
    notes: [...entryNotes(state, boxNoteWidth), ...notesFor(state.path)],
    legend: [],
    children: [...initialNode(state), ...state.states.map(stateNode)],
  });
  const states = new Map(statesOf(chart.root).map((state) => [state.path, state]));
  const frames = view.frames.map(
    ({ id, title, states: members }): FigureNode => ({
      id,
      shape: "frame",
      title,
      actors: [],
      notes: notesFor(id),
      legend: [],
      children: [
        ...(view.choice.frame === id ? [marker(view.choice.id, "choice")] : []),
        ...members.flatMap((path) => states.get(path) ?? []).map(stateNode),
      ],
    }),
  );
  const unframed = chart.root.states.filter(({ path }) => !framed.has(path)).map(stateNode);
  return {
    title: chart.id,
    nodes: [...words(chart, notesFor("")), ...initialNode(chart.root), ...frames, ...unframed],
    edges: [...initialEdges(chart), ...edges(all, view)],
  };
}

const initialId = (path: string): string => (path === "" ? "initial" : `${path}.initial`);

function initialNode({ path, initial }: ChartState): FigureNode[] {
  return initial === null ? [] : [marker(initialId(path), "initial")];
}

const nothing = { actors: [], notes: [], legend: [], children: [] } as const;

/** What holds in every state, and what the signs mean. */
function words(chart: Chart, everywhere: readonly Note[]): readonly FigureNode[] {
  const notes = [...entryNotes(chart.root, boxNoteWidth), ...everywhere];
  return [
    { ...nothing, id: "heading", shape: "heading", title: chart.id, notes },
    { ...nothing, id: "legend", shape: "legend", title: "", legend: legendOf(chart.delays) },
  ];
}

function marker(id: string, shape: "choice" | "initial"): FigureNode {
  return { id, shape, title: "", ...nothing };
}

function initialEdges(chart: Chart): readonly FigureEdge[] {
  return statesOf(chart.root).flatMap(({ path, initial }) =>
    initial === null
      ? []
      : [
          {
            id: `${initialId(path)}→${initial}`,
            from: initialId(path),
            to: initial,
            tone: "way",
            notes: [],
          },
        ],
  );
}

/** One line for all items between two nodes, but what goes wrong apart from the rest. */
function edges(items: readonly Item[], view: View): readonly FigureEdge[] {
  const moving = items.filter(({ to }) => to !== null);
  const tones = (group: readonly Item[]): Tone =>
    strongest(group.flatMap(({ transitions }) => transitions).map(view.tone));
  const isFailure = (item: Item): boolean => tones([item]) === "failure";
  const between = groupBy(
    moving,
    (item) => `${item.from}→${item.to}${isFailure(item) ? " failure" : ""}`,
  );
  return between.map((group) => {
    const [{ from, to } = { from: "", to: "" }] = group;
    const tone = tones(group);
    return {
      id: `${from}→${to}${tone === "failure" ? ":failure" : ""}`,
      from,
      to: to ?? "",
      tone,
      notes: notesOf(group, view.tone, edgeNoteWidth),
    };
  });
}
