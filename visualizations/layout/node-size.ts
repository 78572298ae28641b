import type { FigureNode, Note } from "../figure/figure.ts";
import { legendSize } from "./legend-size.ts";
import {
  headingSize,
  lineHeight,
  lineWidth,
  smallSize,
  textWidth,
  titleSize,
} from "./text-width.ts";

export const boxPadding = 10;
export const titleHeight = 24;
/** Between the title and the notes */
export const ruleGap = 7;
const markerSize = 14;
const choiceSize = 22;
const actorGap = 12;
export const actorSignWidth = 14;

/** In px. For a node with children: of its header, which the children are placed below. */
export function nodeSize(node: FigureNode): { width: number; height: number } {
  const { shape, title, actors, notes } = node;
  if (shape === "initial") return { width: markerSize, height: markerSize };
  if (shape === "legend") return legendSize(node.legend);
  if (shape === "choice") return { width: choiceSize, height: choiceSize };
  const heading =
    textWidth(title, shape === "heading" ? headingSize : titleSize, true) +
    (actors.length > 0 ? actorGap + actorsWidth(actors) : 0);
  const width = Math.max(heading, ...notes.map(noteWidth)) + 2 * boxPadding;
  return { width: Math.ceil(width), height: titleHeight + notesHeight(notes) };
}

function notesHeight(notes: readonly Note[]): number {
  const lines = notes.reduce((sum, note) => sum + note.lines.length, 0);
  return lines === 0 ? 4 : lines * lineHeight + 2 * ruleGap;
}

function noteWidth({ lines }: Note): number {
  return Math.max(0, ...lines.map(lineWidth));
}

/** Of the sign of an actor and its name, at the right of a title. */
export function actorsWidth(actors: readonly string[]): number {
  return actorSignWidth + textWidth(actors.join(", "), smallSize);
}

export function labelSize(notes: readonly Note[]): { width: number; height: number } {
  const lines = notes.reduce((sum, note) => sum + note.lines.length, 0);
  return { width: Math.ceil(Math.max(...notes.map(noteWidth))), height: lines * lineHeight };
}
