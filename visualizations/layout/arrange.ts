import type { FigureNode } from "../figure/figure.ts";
import type { Arrangement, Stack } from "./arrangement.ts";
import { type Area, cellsFor } from "./grid.ts";
import { nodeSize } from "./node-size.ts";
import type { Unit } from "./units.ts";

/** Around what a node contains, and below its header, in cells */
const padding = 2;

interface Laid {
  readonly width: number;
  readonly height: number;
  /** By node id, from the corner of what is laid */
  readonly areas: ReadonlyMap<string, Area>;
}

/** Gives each unit the place that the arrangement says. */
export function arrange(arrangement: Arrangement, units: ReadonlyMap<string, Unit>): Laid {
  return typeof arrangement === "string"
    ? layUnit(unitNamed(arrangement, units))
    : layStack(arrangement, units);
}

function unitNamed(id: string, units: ReadonlyMap<string, Unit>): Unit {
  const unit = units.get(id);
  if (unit === undefined)
    throw new Error(`The arrangement names '${id}', which is not in the figure`);
  return unit;
}

function layUnit({ node, width, height, margin }: Unit): Laid {
  return {
    width: margin.left + width + margin.right,
    height: margin.top + height + margin.bottom,
    areas: new Map([[node.id, { x: margin.left, y: margin.top, width, height }]]),
  };
}

function layStack(stack: Stack, units: ReadonlyMap<string, Unit>): Laid {
  const inner = lineUp(
    stack,
    stack.parts.map((part) => arrange(part, units)),
  );
  return stack.within === null ? inner : contain(unitNamed(stack.within, units), inner);
}

function lineUp({ direction, gap, align }: Stack, parts: readonly Laid[]): Laid {
  const isRow = direction === "row";
  const length = parts.reduce((sum, part) => sum + (isRow ? part.width : part.height) + gap, -gap);
  const thickness = Math.max(...parts.map((part) => (isRow ? part.height : part.width)));
  const areas = new Map<string, Area>();
  let along = 0;
  for (const part of parts) {
    const rest = thickness - (isRow ? part.height : part.width);
    const across = align === "start" ? 0 : align === "end" ? rest : Math.floor(rest / 2);
    move(part, isRow ? along : across, isRow ? across : along, areas);
    along += (isRow ? part.width : part.height) + gap;
  }
  return isRow
    ? { width: length, height: thickness, areas }
    : { width: thickness, height: length, areas };
}

function contain({ node, width, height, margin }: Unit, inner: Laid): Laid {
  const header = cellsFor(headerHeight(node)) + 1;
  const area = {
    x: margin.left,
    y: margin.top,
    width: Math.max(width, inner.width + 2 * padding),
    height: Math.max(height, header + inner.height + padding),
  };
  const areas = new Map([[node.id, area]]);
  const spare = Math.floor((area.width - inner.width) / 2);
  move(inner, area.x + spare, area.y + header, areas);
  return {
    width: margin.left + area.width + margin.right,
    height: margin.top + area.height + margin.bottom,
    areas,
  };
}

const headerHeight = (node: FigureNode): number => nodeSize(node).height;

function move(laid: Laid, x: number, y: number, areas: Map<string, Area>): void {
  for (const [id, area] of laid.areas) areas.set(id, { ...area, x: area.x + x, y: area.y + y });
}
