import type { FigureEdge, FigureNode } from "../figure/figure.ts";
import type { Exit, Side } from "./arrangement.ts";
import { cell, cellsFor } from "./grid.ts";
import { labelSize, nodeSize } from "./node-size.ts";

/** A node with the lines that leave it and their labels: what is placed as one. All in cells. */
export interface Unit {
  readonly node: FigureNode;
  /** The least size of the box */
  readonly width: number;
  readonly height: number;
  readonly exits: readonly UnitExit[];
  /** Room around the box that the labels need */
  readonly margin: Readonly<Record<Side, number>>;
}

export interface UnitExit {
  readonly edge: FigureEdge;
  readonly side: Side;
  readonly labelSide: "left" | "right";
  /** Of the label, in px */
  readonly label: { readonly width: number; readonly height: number };
  /** From the first cell of that side to the line, in cells */
  readonly offset: number;
  /** How much of that side it takes */
  readonly span: number;
  /** Length of the straight part that carries the label */
  readonly stub: number;
}

const shortStub = 1;
/** Between a line and its label, in px */
export const labelGap = 5;

export function unitOf(
  node: FigureNode,
  edges: readonly FigureEdge[],
  exitOf: (edge: FigureEdge) => Exit,
): Unit {
  const own = edges.filter(({ from }) => from === node.id);
  const sides = (["left", "right", "top", "bottom"] as const).map((side) =>
    lineUp(
      own.filter((edge) => exitOf(edge).side === side).map((edge) => measure(edge, exitOf(edge))),
    ),
  );
  const [left = [], right = [], top = [], bottom = []] = sides;
  const size = nodeSize(node);
  const isMarker = node.shape === "choice" || node.shape === "initial";
  // So that a line comes down to a choice from above its neighbours.
  const above = node.shape === "choice" ? 2 : reach(top);
  const width = isMarker ? 2 : Math.max(cellsFor(size.width), total(top), total(bottom));
  const height = isMarker ? 2 : Math.max(cellsFor(size.height), total(left), total(right));
  return {
    node,
    width,
    height,
    exits: [...left, ...right].map(isMarker ? centered : keep).concat([...top, ...bottom]),
    margin: { left: reach(left), right: reach(right), top: above, bottom: reach(bottom) },
  };
}

const keep = (exit: UnitExit): UnitExit => exit;
/** A marker has one point on each side. */
const centered = (exit: UnitExit): UnitExit => ({ ...exit, offset: 1 });

function measure(edge: FigureEdge, { side, label: labelSide }: Exit): UnitExit {
  const label = edge.notes.length === 0 ? { width: 0, height: 0 } : labelSize(edge.notes);
  const along = Math.ceil((label.height + 5) / cell);
  const isFlat = side === "left" || side === "right";
  const across = Math.ceil((label.width + labelGap) / cell) + 1;
  const isBare = edge.notes.length === 0;
  return {
    edge,
    side,
    labelSide,
    label,
    offset: isFlat ? along : labelSide === "right" ? 1 : across,
    span: isFlat ? along : across,
    stub: isBare ? shortStub : isFlat ? across : along,
  };
}

/** One after the other, each with its own offset. */
function lineUp(exits: readonly UnitExit[]): UnitExit[] {
  let used = 0;
  return exits.map((exit) => {
    const placed = { ...exit, offset: used + exit.offset };
    used += exit.span;
    return placed;
  });
}

const total = (exits: readonly UnitExit[]): number =>
  exits.length === 0 ? 0 : exits.reduce((sum, { span }) => sum + span, 0) + 1;

const reach = (exits: readonly UnitExit[]): number => Math.max(0, ...exits.map(({ stub }) => stub));
