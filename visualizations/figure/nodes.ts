import { type Chart, type ChartState, statesOf } from "../chart/chart.ts";
import type { FigureEdge, FigureNode, Note } from "./figure.ts";
import type { View } from "./view.ts";

/** What is written in a box: of a state, or of a frame. */
export interface NotesOfNodes {
  readonly ofState: (state: ChartState) => readonly Note[];
  readonly ofFrame: (id: string) => readonly Note[];
}

export const nothing = { actors: [], notes: [], legend: [], children: [] } as const;

/** A box for each state, in its frame if it has one, and the signs for where it begins. */
export function nodesFor(chart: Chart, view: View, notes: NotesOfNodes): readonly FigureNode[] {
  const { choice, frames } = view;
  const stateNode = (state: ChartState): FigureNode => ({
    ...nothing,
    id: state.path,
    shape: state.kind === "final" ? "final" : "state",
    title: state.name,
    actors: state.actors,
    notes: notes.ofState(state),
    children: [...initialNode(state), ...state.states.map(stateNode)],
  });
  const framed = frames.map(({ id, title, states }): FigureNode => {
    const members = chart.root.states.filter(({ path }) => states.includes(path));
    const signs = choice.frame === id ? [marker(choice.id, "choice")] : [];
    return {
      ...nothing,
      id,
      shape: "frame",
      title,
      notes: notes.ofFrame(id),
      children: [...signs, ...members.map(stateNode)],
    };
  });
  const isFramed = ({ path }: ChartState): boolean =>
    frames.some(({ states }) => states.includes(path));
  const others = chart.root.states.filter((state) => !isFramed(state)).map(stateNode);
  return [...initialNode(chart.root), ...framed, ...others];
}

const initialId = (path: string): string => (path === "" ? "initial" : `${path}.initial`);

function initialNode({ path, initial }: ChartState): FigureNode[] {
  return initial === null ? [] : [marker(initialId(path), "initial")];
}

function marker(id: string, shape: "choice" | "initial"): FigureNode {
  return { ...nothing, id, shape, title: "" };
}

/** From each of those signs to the state that is entered. */
export function initialEdges(chart: Chart): readonly FigureEdge[] {
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
