import type { ChartState, Transition } from "../chart/chart.ts";
import { runWidth } from "../layout/text-width.ts";
import type { Line, Run } from "./figure.ts";
import type { Item } from "./items.ts";

/** What stays on one line. All but the first begin with the space before them. */
export type Piece = readonly Run[];

/** `event [guard] / action, action`: what items say that differ in their event only. */
export function piecesOf(items: readonly Item[]): readonly Piece[] {
  const [first] = items;
  if (first === undefined) return [];
  const { isBranch, shown } = first;
  const events = new Map(items.map((item) => [eventText(item.shown), eventRuns(item.shown)]));
  const named = [...events.values()].map((runs, index) =>
    index > 0 ? [keyword(" or "), ...runs] : runs,
  );
  return [
    ...(isBranch ? [] : named),
    ...guardPieces(shown, isBranch),
    ...actionPieces(" / ", shown.actions),
  ];
}

/** What happens on entering and leaving a state, and the actors that it invokes: each for itself. */
export function entryPieces({ invokes, entry, exit }: ChartState): readonly (readonly Piece[])[] {
  return [
    ...invokes.map(({ id }) => actionPieces("invoke / ", [id])),
    actionPieces("entry / ", entry),
    actionPieces("exit / ", exit),
  ].filter((pieces) => pieces.length > 0);
}

export function plainText(pieces: readonly Piece[]): string {
  return pieces
    .flat()
    .map(({ text }) => text)
    .join("");
}

/** Breaks between pieces where a line would be wider, in px. */
export function wrap(pieces: readonly Piece[], width: number): readonly Line[] {
  const lines: Run[][] = [];
  let used = 0;
  for (const piece of pieces) {
    const size = piece.reduce((sum, run) => sum + runWidth(run), 0);
    if (lines.length === 0 || used + size > width) {
      lines.push(withoutSpace(piece));
      used = size;
    } else {
      lines.at(-1)?.push(...piece);
      used += size;
    }
  }
  return lines;
}

function withoutSpace([first, ...others]: Piece): Run[] {
  return first === undefined ? [] : [{ ...first, text: first.text.trimStart() }, ...others];
}

export const isOtherwise = ({ isElse, guards }: Transition): boolean =>
  isElse && guards.length === 0;

const eventText = ({ trigger, name }: Transition): string => `${trigger} ${name}`;

function eventRuns({ trigger, name, reenters }: Transition): Run[] {
  const again = reenters ? [keyword(" anew")] : [];
  if (trigger === "event") return [{ text: name, style: "event" }, ...again];
  if (trigger === "always") return [keyword("always"), ...again];
  return [keyword(`${trigger} `), { text: name, style: "delay" }, ...again];
}

function guardPieces(transition: Transition, isFirst: boolean): Piece[] {
  const text = isOtherwise(transition) ? "else" : transition.guards.join(" and ");
  return text === "" ? [] : [[{ text: `${isFirst ? "" : " "}[${text}]`, style: "guard" }]];
}

function actionPieces(before: string, names: readonly string[]): Piece[] {
  return names.map((name, index) => {
    const comma = index < names.length - 1 ? "," : "";
    const start = keyword(index === 0 ? before : " ");
    return [start, { text: `${name}${comma}`, style: "action" }];
  });
}

function keyword(text: string): Run {
  return { text, style: "keyword" };
}
