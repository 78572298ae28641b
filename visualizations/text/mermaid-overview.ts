import { type Figure, type FigureEdge, type FigureNode, nodesOf } from "../figure/figure.ts";
import type { Choice } from "../figure/view.ts";

/**
 * An overview as a Mermaid state diagram. Of the frames only that of the choice point is drawn, and whatever leads to the point
 * leads to the frame: Mermaid draws no lines from within one box into another.
 */
export function mermaidOverview(figure: Figure, choice: Choice): string {
  const nodes = figure.nodes.flatMap((node) =>
    node.shape === "frame" && node.id !== choice.frame ? node.children : [node],
  );
  const edges = figure.edges.map((edge) => ({
    ...edge,
    to: edge.to === choice.id ? choice.frame : edge.to,
  }));
  const lines = [
    "stateDiagram-v2",
    "direction LR",
    ...nodes.flatMap((node) => box(node, edges)),
    ...edges.filter((edge) => !nodes.some((node) => holds(node, edge))).map(arrow),
    ...nodesOf(nodes).flatMap(({ id, shape }) => (shape === "final" ? [`${id} --> [*]`] : [])),
  ];
  return `${lines.map((line, index) => (index > 0 ? `  ${line}` : line)).join("\n")}\n`;
}

function holds({ children }: FigureNode, { from, to }: FigureEdge): boolean {
  return [from, to].every((end) => children.some(({ id }) => id === end));
}

/** Of a state that holds others, with the lines between those. */
function box(node: FigureNode, edges: readonly FigureEdge[]): string[] {
  if (node.children.length === 0) return [];
  const inside = [
    ...node.children.flatMap(({ id, shape }) =>
      shape === "choice" ? [`state ${id} <<choice>>`] : [],
    ),
    ...edges.filter((edge) => holds(node, edge)).map(arrow),
  ];
  return [`state ${node.id} {`, ...inside.map((line) => `  ${line}`), "}"];
}

function arrow({ from, to, notes }: FigureEdge): string {
  const [note] = notes;
  const label = note?.lines.map((line) => line.map(({ text }) => text).join("")).join(" ");
  const isInitial = note === undefined;
  return `${isInitial ? "[*]" : name(from)} --> ${name(to)}${label === undefined ? "" : `: ${label}`}`;
}

/** Mermaid knows no dots in names. */
const name = (id: string): string => id.split(".").at(-1) ?? id;
