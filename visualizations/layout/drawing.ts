import type { FigureEdge, FigureNode } from "../figure/figure.ts";

/** A figure whose parts have their places. All in px from the top left corner. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** From the outside in */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode {
  readonly node: FigureNode;
  readonly box: Box;
}

export interface PlacedEdge {
  readonly edge: FigureEdge;
  /** From the source's border to the target's, with horizontal and vertical parts only */
  readonly points: readonly Point[];
  /** Null where the line says nothing */
  readonly label: Box | null;
}
