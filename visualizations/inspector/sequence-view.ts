import { byId, Pool, Size, setAttributes, setText, svgElement } from "./dom.ts";
import { duration, plural } from "./format.ts";
import type { Frame, View } from "./frame.ts";
import { lanesOf } from "./lanes.ts";
import {
  type CallSpan,
  type PhaseSpan,
  type ProcessSpan,
  type SequenceFacts,
  sequenceOf,
} from "./sequence-facts.ts";
import { Seeker, type TraceStore } from "./trace-store.ts";

const head = 34;
/** Above the picture */
const toolsHeight = 40;
const laneWidth = 13;
const mostLanes = 8;
/** Where the lifelines stand, as shares of the width */
const places = { host: 0.07, machine: 0.26, session: 0.58, process: 0.7 } as const;

/** A bar of a call with the place where it lies. */
interface Bar {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly kind: string;
  readonly label: string;
  readonly title: string;
}

interface Arrow {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  readonly kind: string;
}

/** More arrows than this are a carpet. */
const mostArrows = 60;

/** Host, machine, session and plugin as lifelines: time goes down, the present is at the bottom. */
export class SequenceView implements View {
  readonly #panel = byId("sequence", HTMLElement);
  readonly #size = new Size(this.#panel);
  readonly #svg = byId("sequence-svg", SVGSVGElement);
  readonly #note = byId("sequence-note", HTMLElement);
  readonly #window = byId("sequence-window", HTMLSelectElement);
  readonly #lines: Pool<SVGGElement, { x: number; name: string }>;
  readonly #times: Pool<SVGGElement, { y: number; text: string }>;
  readonly #phases: Pool<SVGGElement, Block>;
  readonly #processes: Pool<SVGGElement, Block>;
  readonly #bars: Pool<SVGGElement, Bar>;
  readonly #arrows: Pool<SVGLineElement, Arrow>;
  #store: TraceStore | undefined;
  #seeker: Seeker | undefined;
  #height = 0;
  #width = 0;

  constructor() {
    const group = (name: string): SVGGElement => {
      const made = svgElement("g", { class: name });
      this.#svg.append(made);
      return made;
    };
    this.#times = new Pool(group("times"), makeTime, (g, item) => this.#showTime(g, item));
    this.#lines = new Pool(group("lifelines"), makeLine, (g, item) => this.#showLine(g, item));
    this.#phases = new Pool(group("phases"), makeBlock, showBlock);
    this.#processes = new Pool(group("processes"), makeBlock, showBlock);
    this.#arrows = new Pool(group("arrows"), () => svgElement("line"), showArrow);
    this.#bars = new Pool(group("bars"), makeBar, showBar);
  }

  show(frame: Frame): void {
    if (this.#panel.hidden) return;
    if (frame.store !== this.#store) {
      this.#store = frame.store;
      this.#seeker = new Seeker(frame.store);
    }
    if (this.#seeker === undefined) return;
    this.#measure();
    const facts = sequenceOf(frame, Number(this.#window.value), this.#seeker);
    const y = (at: number): number =>
      head + ((at - facts.begin) / (facts.end - facts.begin)) * (this.#height - head - 4);
    const isHttp = frame.selected?.transport === "http";
    this.#lines.show(
      Object.entries(places).map(([name, share]) => ({
        x: share * this.#width,
        name: name === "process" && isHttp ? "server" : name,
      })),
    );
    this.#times.show(timesOf(facts, y));
    this.#phases.show(facts.phases.map((phase) => phaseBlock(phase, y, this.#width)));
    this.#processes.show(processBlocks(facts.processes, y, this.#width));
    const bars = barsOf(facts, y, this.#width);
    this.#bars.show(bars);
    this.#arrows.show(arrowsOf(facts, y, this.#width));
    const open = facts.calls.filter(({ end }) => end === "open").length;
    const failed = facts.calls.filter(({ end }) => end === "failed").length;
    const hidden = facts.hidden > 0 ? `, ${facts.hidden} more` : "";
    setText(
      this.#note,
      `${plural(facts.calls.length, "call")}, ${failed} failed, ${open} open${hidden}`,
    );
  }

  #measure(): void {
    const { width } = this.#size;
    const height = Math.max(head + 40, this.#size.height - toolsHeight);
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${height}`, width, height });
  }

  #showLine(line: SVGGElement, { x, name }: { x: number; name: string }): void {
    const [stem, label] = line.children;
    if (!stem || !label) return;
    setAttributes(stem, { x1: x, x2: x, y1: head - 8, y2: this.#height });
    setAttributes(label, { x, y: 16 });
    setText(label, name);
  }

  #showTime(mark: SVGGElement, { y, text }: { y: number; text: string }): void {
    const [line, label] = mark.children;
    if (!line || !label) return;
    setAttributes(line, { x1: 0, x2: this.#width, y1: y, y2: y });
    setAttributes(label, { x: this.#width - 4, y: y - 3 });
    setText(label, text);
  }
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
  readonly label: string;
  /** How it ended */
  readonly mark: string;
}

/** Texts that are nearer to each other cannot be read. */
const lineHeight = 12;

function phaseBlock(
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
function processBlocks(spans: readonly ProcessSpan[], y: Scale, width: number): Block[] {
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

type Scale = (at: number) => number;

interface CallStretch {
  readonly call: CallSpan;
  readonly begin: number;
  readonly end: number;
}

function barsOf({ calls, begin, end }: SequenceFacts, y: Scale, width: number): Bar[] {
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

function arrowsOf({ calls, begin }: SequenceFacts, y: Scale, width: number): Arrow[] {
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

function timesOf({ begin, end }: SequenceFacts, y: Scale): { y: number; text: string }[] {
  const step = (end - begin) / 5;
  return [1, 2, 3, 4].map((count) => ({
    y: y(end - count * step),
    text: `−${duration(count * step)}`,
  }));
}

const makeTime = (): SVGGElement =>
  svgElement("g", {}, svgElement("line"), svgElement("text", { "text-anchor": "end" }));

const makeLine = (): SVGGElement =>
  svgElement("g", {}, svgElement("line"), svgElement("text", { "text-anchor": "middle" }));

const makeBlock = (): SVGGElement =>
  svgElement("g", {}, svgElement("rect", { rx: 2 }), svgElement("text"), svgElement("text"));

const makeBar = (): SVGGElement =>
  svgElement("g", {}, svgElement("rect", { rx: 2 }), svgElement("text"), svgElement("title"));

function showBlock(block: SVGGElement, { x, y, width, height, kind, label, mark }: Block): void {
  const [rect, text, end] = block.children;
  if (!rect || !text || !end) return;
  setAttributes(block, { "data-phase": kind });
  setAttributes(rect, { x, y, width, height });
  setAttributes(text, { x: x - 6, y: y + 11, "text-anchor": "end" });
  setText(text, height >= lineHeight ? label : "");
  setAttributes(end, { x: x - 6, y: y + height - 2, "text-anchor": "end", class: "exit" });
  setText(end, mark);
}

function showBar(bar: SVGGElement, { x, y, height, kind, label, title }: Bar): void {
  const [rect, text, tip] = bar.children;
  if (!rect || !text || !tip) return;
  setAttributes(bar, { "data-kind": kind });
  setAttributes(rect, { x, y: round(y), width: laneWidth - 3, height: round(height) });
  setAttributes(text, { x: x + laneWidth + 1, y: round(y + 10) });
  setText(text, label);
  setText(tip, title);
}

function showArrow(arrow: SVGLineElement, { x1, x2, y, kind }: Arrow): void {
  setAttributes(arrow, {
    x1,
    x2,
    y1: round(y),
    y2: round(y),
    class: kind,
    "marker-end": `url(#tip-${kind})`,
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
