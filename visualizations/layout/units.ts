import type { FigureEdge, FigureNode } from "../figure/figure.ts";
import { type Exit, type Plan, right, type Side, sides } from "./arrangement.ts";
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
  readonly from: Exit["from"];
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
/** Of an initial or a choice, in cells */
const markerSize = 2;
/** Between a line and its label, in px */
export const labelGap = 5;

export function unitOf(node: FigureNode, edges: readonly FigureEdge[], plan: Plan): Unit {
  const exits = exitsOf(node, edges, plan);
  const at = (side: Side): readonly UnitExit[] => exits.filter((exit) => exit.side === side);
  const isMarker = node.shape === "choice" || node.shape === "initial";
  const size = nodeSize(node);
  const widest = Math.max(
    cellsFor(size.width),
    plan.widths[node.id] ?? 0,
    total(at("top")),
    total(at("bottom")),
  );
  const highest = Math.max(cellsFor(size.height), total(at("left")), total(at("right")));
  const width = isMarker ? markerSize : widest;
  return {
    node,
    width,
    height: isMarker ? markerSize : highest,
    exits: sides.flatMap((side) => (isMarker ? at(side).map(centered) : lineUp(at(side), width))),
    margin: {
      left: reach(at("left")),
      right: reach(at("right")),
      // So that a line comes down to a choice from above its neighbours.
      top: node.shape === "choice" ? 2 : reach(at("top")),
      bottom: reach(at("bottom")),
    },
  };
}

/** In the order of the plan. */
function exitsOf(node: FigureNode, edges: readonly FigureEdge[], { exits }: Plan): UnitExit[] {
  const order = Object.keys(exits);
  const rank = ({ id }: FigureEdge): number => (id in exits ? order.indexOf(id) : order.length);
  return edges
    .filter(({ from }) => from === node.id)
    .sort((one, other) => rank(one) - rank(other))
    .map((edge) => measure(edge, exits[edge.id] ?? right));
}

function measure(edge: FigureEdge, { side, from }: Exit): UnitExit {
  const isBare = edge.notes.length === 0;
  const label = isBare ? { width: 0, height: 0 } : labelSize(edge.notes);
  const high = Math.ceil((label.height + 5) / cell);
  const wide = Math.ceil((label.width + labelGap) / cell) + 1;
  const isFlat = side === "left" || side === "right";
  return {
    edge,
    side,
    from,
    label,
    // Above a flat line is its label; beside a vertical one.
    offset: isFlat ? high : 1,
    span: isFlat ? high : wide,
    stub: isBare ? shortStub : isFlat ? wide : high,
  };
}

/** Those of one side, one after the other from the start, and from the end. */
function lineUp(exits: readonly UnitExit[], length: number): UnitExit[] {
  const used = { start: 0, end: 0 };
  return exits.map((exit) => {
    const offset = used[exit.from] + exit.offset;
    used[exit.from] += exit.span;
    return { ...exit, offset: exit.from === "start" ? offset : length - offset };
  });
}

/** A marker has one point on each side. */
const centered = (exit: UnitExit): UnitExit => ({ ...exit, offset: markerSize / 2 });

const total = (exits: readonly UnitExit[]): number =>
  exits.length === 0 ? 0 : exits.reduce((sum, { span }) => sum + span, 0) + 1;

const reach = (exits: readonly UnitExit[]): number => Math.max(0, ...exits.map(({ stub }) => stub));
