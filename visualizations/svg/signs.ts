import { rounded } from "./xml.ts";

/** A circle on a leash. Outline of a path from its left end. */
export function actorSign(x: number, y: number): string {
  return `M${rounded(x + 1)} ${rounded(y)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0M${rounded(x + 7)} ${rounded(y)}h3`;
}

/** A diamond. Outline of a path from its left corner. */
export function choiceSign(x: number, y: number, half: number): string {
  return `M${rounded(x)} ${rounded(y)}l${half} -${half}l${half} ${half}l-${half} ${half}z`;
}
