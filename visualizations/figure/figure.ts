/** What is to be drawn, before anything has a place: boxes within boxes, and lines between them. */
export interface Figure {
  readonly title: string;
  readonly nodes: readonly FigureNode[];
  readonly edges: readonly FigureEdge[];
}

export type Shape =
  | "state"
  | "final"
  /** States that are drawn together because they share transitions, though they have no parent of their own */
  | "frame"
  /** A question on a line: where it goes depends on one guard */
  | "choice"
  | "initial"
  /** Not boxes: words about the whole */
  | "heading"
  | "legend";

export interface FigureNode {
  /** The state's path, or a name of the drawing's own */
  readonly id: string;
  readonly shape: Shape;
  readonly title: string;
  /** Actors that live in this state */
  readonly actors: readonly string[];
  /** What happens without leaving the state, and on entering it */
  readonly notes: readonly Note[];
  readonly legend: readonly LegendEntry[];
  readonly children: readonly FigureNode[];
}

/** A sign, or a word in its place, and what it means. */
export interface LegendEntry {
  readonly sign: Tone | "choice" | "frame" | "actor" | null;
  readonly word: string;
  readonly text: string;
}

/** What a transition says for itself, or several that say the same. */
export interface Note {
  /** Keys of the transitions; empty for what is none (entry actions, invoked actors) */
  readonly keys: readonly string[];
  readonly tone: Tone;
  readonly lines: readonly Line[];
}

export type Line = readonly Run[];

export interface Run {
  readonly text: string;
  readonly style: "event" | "delay" | "guard" | "action" | "keyword" | "words";
}

/** `way`: what is wanted; `failure`: what goes wrong; `wish`: what the host asks for. */
export type Tone = "way" | "failure" | "wish";

export interface FigureEdge {
  /** `source→target`, and the tone where there is another line between the two */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly tone: Tone;
  readonly notes: readonly Note[];
}

export function nodesOf(nodes: readonly FigureNode[]): readonly FigureNode[] {
  return nodes.flatMap((node) => [node, ...nodesOf(node.children)]);
}

export function keysOf(edge: FigureEdge): readonly string[] {
  return edge.notes.flatMap(({ keys }) => keys);
}
