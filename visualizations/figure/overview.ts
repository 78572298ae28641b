import { type Chart, entered, type Transition, transitionsOf } from "../chart/chart.ts";
import type { Figure, FigureEdge, FigureNode, Run, Tone } from "./figure.ts";
import { initialEdges, nodesFor } from "./nodes.ts";
import type { View } from "./view.ts";

/** A line of an overview: some transitions of the chart, in few words. */
export interface Way {
  /** A state, a frame, or the choice point */
  readonly from: string;
  readonly to: string;
  /** Events, `after` and a delay, or guards in brackets: which transitions between the two are meant */
  readonly of: readonly string[];
  /** What the line says instead */
  readonly words?: string;
  readonly tone: Tone;
}

/** All states, but only the ways that matter most. What is left out is in the full figure; nothing is added. */
export function overviewFigure(chart: Chart, view: View, ways: readonly Way[]): Figure {
  const boxes = nodesFor(chart, view, { ofState: () => [], ofFrame: () => [] });
  return {
    title: chart.id,
    nodes: boxes.map(withoutActors),
    edges: [...initialEdges(chart), ...ways.map((way) => edgeOf(chart, view, way))],
  };
}

function withoutActors(node: FigureNode): FigureNode {
  return { ...node, actors: [], children: node.children.map(withoutActors) };
}

function edgeOf(chart: Chart, view: View, way: Way): FigureEdge {
  const { from, to, of, words, tone } = way;
  const meant = transitionsOf(chart).filter((transition) => isMeant(chart, view, way, transition));
  if (meant.length === 0)
    throw new Error(`The machine has no way from '${from}' to '${to}' by ${of.join(", ")}`);
  const keys = meant.map(({ key }) => key);
  const runs: readonly Run[] =
    words === undefined ? of.map((text) => runOf(text)) : [{ text: words, style: "words" }];
  return {
    id: `${from}→${to}${tone === "failure" ? ":failure" : ""}`,
    from,
    to,
    tone,
    notes: [{ keys, tone, lines: [runs] }],
  };
}

const runOf = (text: string): Run => ({ text, style: text.startsWith("[") ? "guard" : "event" });

function isMeant(chart: Chart, view: View, { from, to, of }: Way, transition: Transition): boolean {
  const [target] = transition.targets;
  if (target === undefined) return false;
  const leaf = entered(chart, target);
  const isFrom =
    from === view.choice.id ? parts(view, transition) : isWithin(view, from, transition.source);
  const isTo = to === view.choice.id ? parts(view, transition) : isWithin(view, to, leaf);
  return isFrom && isTo && (from === view.choice.id || says(transition, of));
}

/** Whether it passes the choice point. */
function parts(view: View, { targets }: Transition): boolean {
  return targets.some((target) => view.choice.targets.includes(target));
}

function isWithin({ frames }: View, id: string, path: string): boolean {
  const frame = frames.find((other) => other.id === id);
  if (frame) return frame.states.includes(path);
  return path === id || path.startsWith(`${id}.`);
}

function says({ trigger, name, guards, isElse }: Transition, of: readonly string[]): boolean {
  const event = trigger === "event" ? name : `${trigger} ${name}`;
  const otherwise = isElse && guards.length === 0 ? ["[else]"] : [];
  return [event, ...guards.map((guard) => `[${guard}]`), ...otherwise].some((text) =>
    of.includes(text),
  );
}
