import type { DrawnText, Picture, Rectangle } from "./measure-picture.ts";

/** Half a pixel may be the rounding of a browser. */
const tolerance = 0.5;

/** Texts that lie on one another. */
export function overlappingTexts({ texts }: Picture): string[] {
  return texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter((other) => meet(one.area, other.area))
      .map((other) => `${nameOf(one)} on ${nameOf(other)}`),
  );
}

/** Lines that run through a text. */
export function crossedTexts({ texts, lines }: Picture): string[] {
  return lines.flatMap(({ id, points }) =>
    texts
      .filter(({ area }) => points.some((point) => isWithin(point, area, tolerance)))
      .map((text) => `${id} through ${nameOf(text)}`),
  );
}

/** Lines that run through a box that holds no others. */
export function crossedBoxes({ boxes, lines }: Picture): string[] {
  const leaves = boxes.filter(({ isContainer }) => !isContainer);
  return lines.flatMap(({ id, points }) =>
    leaves
      .filter(({ area }) => points.some((point) => isWithin(point, area, 1)))
      .map((box) => `${id} through ${box.id}`),
  );
}

/** Texts that reach over the border of a box: their own, or another. */
export function brokenBorders({ texts, boxes }: Picture): string[] {
  return texts.flatMap((text) =>
    boxes
      .filter(({ area }) => meet(text.area, area) && !contains(area, text.area))
      .map(({ id }) => `${nameOf(text)} over the border of ${id}`),
  );
}

/** Texts that are hard to read, by the ratio that the Web's guidelines ask for. */
export function faintTexts({ texts }: Picture): string[] {
  return texts
    .flatMap((text) =>
      text.colors.map((color) => ({ text, ratio: contrast(color, text.background) })),
    )
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ text, ratio }) => `${nameOf(text)}: ${ratio.toFixed(1)}`);
}

const nameOf = ({ owner, text }: DrawnText): string => `'${text.trim()}' (${owner})`;

function meet(one: Rectangle, other: Rectangle): boolean {
  return (
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > tolerance &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > tolerance
  );
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return (
    outer.left <= inner.left &&
    outer.top <= inner.top &&
    outer.right >= inner.right &&
    outer.bottom >= inner.bottom
  );
}

function isWithin({ x, y }: { x: number; y: number }, area: Rectangle, inset: number): boolean {
  return (
    x > area.left + inset &&
    x < area.right - inset &&
    y > area.top + inset &&
    y < area.bottom - inset
  );
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const parts = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) / 255);
  if (parts.length < 3) throw new Error(`'${color}' is no colour`);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
