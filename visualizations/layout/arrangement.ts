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

export type Side = "left" | "right" | "top" | "bottom";

/** Where a line leaves its node. There it has its label, so that all that a state can do is read beside it. */
export interface Exit {
  readonly side: Side;
  /** Of a vertical line: on which side of it the label stands */
  readonly label: "left" | "right";
}
