/** Where the nodes stand to one another: rows and columns of nodes, and of rows and columns. */
export type Arrangement = string | Stack;

export interface Stack {
  readonly direction: "row" | "column";
  readonly parts: readonly Arrangement[];
  /** Between the parts, in cells */
  readonly gap: number;
  readonly align: "start" | "center" | "end";
  /** Id of the node that contains the stack */
  readonly within: string | null;
}

interface StackOptions {
  readonly gap?: number;
  readonly align?: Stack["align"];
}

export function row(parts: readonly Arrangement[], options: StackOptions = {}): Stack {
  return { direction: "row", parts, gap: 4, align: "start", within: null, ...options };
}

export function column(parts: readonly Arrangement[], options: StackOptions = {}): Stack {
  return { direction: "column", parts, gap: 3, align: "start", within: null, ...options };
}

export function within(id: string, stack: Stack): Stack {
  return { ...stack, within: id };
}

export const sides = ["left", "right", "top", "bottom"] as const;
export type Side = (typeof sides)[number];

/** Where a line leaves its node. There it has its label, so that all that a state can do is read beside it. */
export interface Exit {
  readonly side: Side;
  /** Of a vertical line: from which end of its side it is counted. The label stands towards the other end. */
  readonly from: "start" | "end";
}

export const left: Exit = { side: "left", from: "start" };
export const right: Exit = { side: "right", from: "start" };
export const up: Exit = { side: "top", from: "start" };
export const upAtEnd: Exit = { side: "top", from: "end" };
export const down: Exit = { side: "bottom", from: "start" };

/** How a figure is laid out: what a program would choose badly. */
export interface Plan {
  readonly arrangement: Arrangement;
  /** By edge id, in the order in which they stand at their side; the others leave at the right, after those */
  readonly exits: Readonly<Record<string, Exit>>;
  /** Of nodes that are to be wider than they must, in cells */
  readonly widths: Readonly<Record<string, number>>;
  /** Room around everything, for lines, in cells */
  readonly margin: Readonly<Record<Side, number>>;
}
