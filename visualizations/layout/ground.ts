import { type Figure, type FigureNode, nodesOf } from "../figure/figure.ts";
import type { Area } from "./grid.ts";
import type { Port } from "./ports.ts";

/** A figure whose nodes have their places, before its lines have. All in cells. */
export interface Ground {
  readonly figure: Figure;
  readonly width: number;
  readonly height: number;
  readonly areas: ReadonlyMap<string, Area>;
  readonly ports: readonly Port[];
}

export function areaOf({ areas }: Pick<Ground, "areas">, id: string): Area {
  const area = areas.get(id);
  if (area === undefined) throw new Error(`The arrangement has no place for '${id}'`);
  return area;
}

/** Nodes that hold others, from the outside in: their numbers on the grid are their places here, from 1. */
export function containersOf({ figure }: Pick<Ground, "figure">): readonly FigureNode[] {
  return nodesOf(figure.nodes).filter(({ children }) => children.length > 0);
}
