import type { Line, Run } from "../figure/figure.ts";

/** Of labels and notes, in px */
export const fontSize = 11.5;
export const lineHeight = 14;
export const titleSize = 14;
export const headingSize = 20;
export const smallSize = 10.5;

/**
 * Advance widths of Helvetica in thousandths of the font size, from the space to the tilde. Arial and Liberation Sans have
 * the same ones: so the picture is laid out alike on every machine, and no installed font is asked.
 */
export const regularWidths: readonly number[] = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
  611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
  222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
export const boldWidths: readonly number[] = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
  611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
  278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/** Of a character that is in neither list */
const widest = 1015;
const firstListed = " ".charCodeAt(0);

export function textWidth(text: string, size: number, isBold = false): number {
  const widths = isBold ? boldWidths : regularWidths;
  const units = [...text].reduce(
    (sum, char) => sum + (widths[char.charCodeAt(0) - firstListed] ?? widest),
    0,
  );
  return (units / 1000) * size;
}

export function runWidth({ text, style }: Run): number {
  return textWidth(text, fontSize, style === "event" || style === "delay");
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, run) => sum + runWidth(run), 0);
}
