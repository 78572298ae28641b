import { duration } from "./format.ts";
import { lanesOf } from "./lanes.ts";
import type { CallSpan, PhaseSpan, ProcessSpan, SequenceFacts } from "./sequence-facts.ts";

// What happened becomes places in the picture. Nothing here draws.

/** Height of the names above the lifelines */
export const head = 34;
/** Texts that are nearer to each other cannot be read. */
export const lineHeight = 12;
export const laneWidth = 13;
const mostLanes = 8;
/** Where the lifelines stand, as shares of the width */
export const places = { host: 0.07, machine: 0.26, session: 0.58, process: 0.7 } as const;
/** A bar of a call with the place where it lies. */
export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly kind: string;
  readonly label: string;
  readonly title: string;
}

export interface Arrow {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  readonly kind: string;
}

/** More arrows than this are a carpet. */
const mostArrows = 60;

export interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
  readonly label: string;
  /** How it ended */
  readonly mark: string;
}

export function phaseBlock(
  { begin, end, phase, state, generation }: PhaseSpan,
  y: Scale,
  width: number,
): Block {
  const top = Math.max(head, y(begin));
  const label = phase === "ready" ? `session ${generation}` : state;
  return {
    x: places.session * width - 5,
    y: top,
    width: 10,
    height: Math.max(1, y(end) - top),
    kind: phase,
    label,
    mark: "",
  };
}

/** How one ended is said before which one it was, where there is no room for both. */
export function processBlocks(spans: readonly ProcessSpan[], y: Scale, width: number): Block[] {
  let above = head;
  return spans.map(({ begin, end, pid, exit }): Block => {
    const top = Math.max(head, y(begin));
    const height = Math.max(1, y(end) - top);
    const hasMark = exit !== null && top + height - above >= lineHeight;
    const room = top + height - Math.max(above, top) - (hasMark ? lineHeight : 0);
    const hasLabel = room >= lineHeight;
    if (hasMark) above = top + height;
    else if (hasLabel) above = top + lineHeight;
    return {
      x: places.process * width - 5,
      y: top,
      width: 10,
      height,
      kind: "process",
      label: hasLabel ? `pid ${pid}` : "",
      mark: hasMark ? `✕ ${exit}` : "",
    };
  });
}

export type Scale = (at: number) => number;

interface CallStretch {
  readonly call: CallSpan;
  readonly begin: number;
  readonly end: number;
}

export function barsOf({ calls, begin, end }: SequenceFacts, y: Scale, width: number): Bar[] {
  // To wait for nothing is not to wait. What never ran has failed where it waited, or at the door.
  const isNoticed = (wait: CallStretch): boolean => wait.end - wait.begin > (end - begin) / 2_000;
  const isRefused = ({ sentAt, end: how }: CallSpan): boolean =>
    sentAt === null && how === "failed";
  const waits = calls
    .map((call) => ({ call, begin: call.queuedAt, end: call.sentAt ?? call.endAt }))
    .filter((wait) => isRefused(wait.call) || isNoticed(wait));
  const runs = calls
    .flatMap((call) =>
      call.sentAt === null ? [] : [{ call, begin: call.sentAt, end: call.endAt }],
    )
    .sort((a, b) => a.begin - b.begin);
  const place = (
    stretches: readonly CallStretch[],
    x: number,
    kind: (call: CallSpan) => string,
  ) => {
    const lanes = lanesOf(stretches, mostLanes);
    const areNamed = stretches.length <= 24;
    return stretches.flatMap((stretch, index) => {
      if (stretch.end < begin) return [];
      const lane = lanes[index] ?? 0;
      return [barOf(stretch, kind(stretch.call), { x, lane, y, isNamed: areNamed && lane === 0 })];
    });
  };
  return [
    ...place(waits, places.machine * width, (call) => (isRefused(call) ? "wait-failed" : "queued")),
    ...place(runs, places.process * width, (call) => `run-${call.end}`),
  ];
}

function barOf(
  { call, begin, end }: CallStretch,
  kind: string,
  { x, lane, y, isNamed }: { x: number; lane: number; y: Scale; isNamed: boolean },
): Bar {
  const { hook, id, code } = call;
  const top = Math.max(head, y(begin));
  // However short it was, a failure is to be seen.
  const height = Math.max(kind.endsWith("failed") ? 4 : 1.5, y(end) - top);
  return {
    x: x + 8 + lane * laneWidth,
    y: top,
    height,
    kind,
    label: isNamed && height > 13 ? `${hook} #${id}` : "",
    title: `${hook} #${id} ${kind} ${duration(end - begin)}${code === undefined ? "" : `, ${code}`}`,
  };
}

export function arrowsOf({ calls, begin }: SequenceFacts, y: Scale, width: number): Arrow[] {
  const x = (place: keyof typeof places): number => places[place] * width;
  // In the carpet the failures would be lost.
  const drawn = calls.length <= mostArrows ? calls : calls.filter(({ end }) => end === "failed");
  return drawn.slice(-mostArrows).flatMap(({ queuedAt, sentAt, endAt, end }): Arrow[] => {
    const arrows: Arrow[] = [];
    const add = (at: number, from: number, to: number, kind: string): void => {
      if (at >= begin) arrows.push({ x1: from, x2: to, y: y(at), kind });
    };
    add(queuedAt, x("host"), x("machine"), "ask");
    if (sentAt !== null) add(sentAt, x("machine"), x("process"), "ask");
    if (end === "ok") add(endAt, x("process"), x("host"), "answer");
    if (end === "failed") add(endAt, x("machine"), x("host"), "failure");
    return arrows;
  });
}

export function timesOf({ begin, end }: SequenceFacts, y: Scale): { y: number; text: string }[] {
  const step = (end - begin) / 5;
  return [1, 2, 3, 4].map((count) => ({
    y: y(end - count * step),
    text: `−${duration(count * step)}`,
  }));
}
