import type { LegendEntry } from "../figure/figure.ts";
import { fontSize, textWidth } from "./text-width.ts";

export const legendRow = 17;
const signWidth = 34;
const gap = 12;

/** Where the explanations begin, in px: to the right of the widest sign or word. */
export function legendIndent(entries: readonly LegendEntry[]): number {
  const widths = entries.map(({ word }) => textWidth(word, fontSize, true));
  return Math.ceil(Math.max(signWidth, ...widths) + gap);
}

export function legendSize(entries: readonly LegendEntry[]): { width: number; height: number } {
  const texts = entries.map(({ text }) => textWidth(text, fontSize));
  return {
    width: Math.ceil(legendIndent(entries) + Math.max(0, ...texts)),
    height: entries.length * legendRow,
  };
}
