import type { FeedStart } from "../../src/inspector/trace/feed-start.ts";
import { readTrace } from "../../src/inspector/trace/read-trace.ts";
import type { TraceHeader, TraceRecord } from "../../src/inspector/trace/record.ts";
import { BoardView } from "./board-view.ts";
import { ChartView } from "./chart-view.ts";
import { ControlView } from "./control-view.ts";
import { readCoverage } from "./coverage.ts";
import { byId, setAttributes, setText } from "./dom.ts";
import { Feed, type FeedState } from "./feed.ts";
import { chooseFile, openTrace, saveTrace } from "./files.ts";
import { shownName } from "./format.ts";
import type { Frame, Place, View } from "./frame.ts";
import { LogView } from "./log-view.ts";
import { announcer } from "./message.ts";
import { Player } from "./player.ts";
import { SequenceView } from "./sequence-view.ts";
import { watchShortcuts } from "./shortcuts.ts";
import { Tabs } from "./tabs.ts";
import { watchTheme } from "./theme.ts";
import { TimelineView } from "./timeline-view.ts";
import { liveEntries, Seeker, TraceStore } from "./trace-store.ts";

const noTrace: TraceHeader = {
  format: "mcp-tether-trace",
  version: 1,
  startedAt: new Date().toISOString(),
};

/** Countdowns and the present move on by themselves so often */
const tickMs = 100;

const stateTexts: Readonly<Record<FeedState, string>> = {
  connecting: "connecting",
  live: "live",
  silent: "the host is silent",
  lost: "the host is gone",
  full: "the host shows itself to as many pages as it may: close one of them",
  refused: "the host is gone, and another one is there: open its address",
};

/** The page: one trace, one moment of it, one connection that was chosen, and the views that show them. */
export class App {
  readonly #feed: Feed;
  readonly #say = announcer();
  readonly #status = byId("status", HTMLElement);
  readonly #source = byId("source", HTMLElement);
  readonly #chart = new ChartView();
  readonly #log = new LogView((place) => this.#go(place));
  readonly #control: ControlView;
  readonly #views: readonly View[];
  readonly #tabs = new Tabs(() => this.#draw());
  readonly #player = new Player(
    () => this.#frame(),
    (place) => this.#go(place),
  );
  /** What the host tells, whatever is shown */
  #live = new TraceStore(noTrace, liveEntries);
  /** Number of the host's first record that the page does not have */
  #next = 0;
  /** So many of those that the host tells next the page has already */
  #repeated = 0;
  /** What is shown: the live one, or one from a file */
  #store = this.#live;
  #seeker = new Seeker(this.#store);
  /** null: now */
  #place: Place | null = null;
  #selected: number | undefined;
  /** The host's time, and ours, when it last told */
  #clock = { host: 0, page: 0 };
  #feedState: FeedState = "connecting";
  #hasBegun = false;
  #isDrawn = true;
  #drawnAt = 0;

  constructor(token: string) {
    this.#feed = new Feed(token, {
      started: (start) => this.#begin(start),
      received: (records, now) => this.#take(records, now),
      changed: (state) => this.#noteState(state),
    });
    this.#control = new ControlView(
      (connection, command) => this.#feed.control(connection, command),
      this.#say,
    );
    this.#views = [
      new BoardView((id) => this.#select(id)),
      this.#chart,
      new SequenceView(),
      this.#log,
      new TimelineView((place) => this.#go(place)),
      this.#control,
    ];
    watchTheme();
    this.#listen();
  }

  async run(): Promise<void> {
    setInterval(() => this.#drawAgain(), tickMs);
    this.#chart.load().catch((error: Error) => this.#say(error.message));
    await this.#feed.follow();
  }

  #listen(): void {
    const on = (id: string, act: () => void): void =>
      byId(id, HTMLElement).addEventListener("click", act);
    on("save", () => saveTrace(this.#store));
    on("open", () => void this.#openTrace());
    on("back-to-live", () => this.#show(this.#live));
    on("keys", () => showKeys());
    on("coverage-open", () => void this.#openCoverage());
    on("coverage-close", () => this.#cover(undefined));
    document.addEventListener("input", () => this.#draw());
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void this.#showTrace(file);
    });
    watchShortcuts({
      stepBack: () => this.#player.step(-1),
      stepOn: () => this.#player.step(1),
      togglePlay: () => this.#player.toggle(),
      live: () => this.#go(null),
      search: () => this.#log.focusSearch(),
      tab: (index) => this.#tabs.choose(index),
      keys: () => showKeys(),
    });
  }

  #begin({ header, allowControl, trace, now, records, next }: FeedStart): void {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    if (trace !== null) {
      void this.#showHostsTrace(trace);
      return;
    }
    this.#control.isAllowed = allowControl;
    if (isFirst) {
      const wasShown = this.#store === this.#live;
      this.#live = new TraceStore(header, liveEntries);
      if (wasShown) this.#show(this.#live);
      this.#live.add(records);
    } else if (next > this.#next) this.#live.resume(records, now);
    this.#repeated = isFirst ? 0 : Math.max(0, this.#next - next);
    this.#next = Math.max(this.#next, next);
    this.#take([], now);
  }

  #take(told: readonly TraceRecord[], now: number): void {
    const records = told.slice(this.#repeated);
    this.#repeated = Math.max(0, this.#repeated - told.length);
    this.#next += records.length;
    this.#live.add(records);
    this.#live.passTo(now);
    this.#clock = { host: now, page: performance.now() };
    if (this.#selected === undefined || !this.#store.live.has(this.#selected))
      this.#selected = this.#store.live.keys().next().value;
    if (this.#store === this.#live && this.#place === null) this.#drawAgain();
  }

  #noteState(state: FeedState): void {
    this.#feedState = state;
    this.#draw();
    // What has been seen stays, to be looked at and saved, also when another host has come in the place of this one.
    const isStranger = state === "refused" && !this.#hasBegun;
    byId("refused", HTMLElement).hidden = !isStranger;
    byId("app", HTMLElement).hidden = isStranger;
  }

  #show(store: TraceStore, name?: string): void {
    this.#store = store;
    this.#seeker = new Seeker(store);
    this.#place = store === this.#live ? null : endOf(store);
    if (!store.live.has(this.#selected ?? -1)) this.#selected = store.live.keys().next().value;
    byId("file-banner", HTMLElement).hidden = name === undefined;
    if (name !== undefined) {
      const from = new Date(store.startedAt).toLocaleString();
      setText(
        this.#source,
        `${name}, recorded ${from}. This is the past, and not what the host does now.`,
      );
    }
    this.#draw();
  }

  async #openTrace(): Promise<void> {
    const file = await chooseFile(".jsonl,application/jsonl");
    if (file) await this.#showTrace(file);
  }

  async #showTrace(file: File): Promise<void> {
    try {
      const { header, records } = await openTrace(file);
      const store = new TraceStore(header);
      store.add(records);
      this.#show(store, file.name);
    } catch (error) {
      this.#say(`${file.name} cannot be shown. ${error instanceof Error ? error.message : ""}`);
    }
  }

  /** The host was started to show it, so there is no way back to anything live. */
  async #showHostsTrace(name: string): Promise<void> {
    if (this.#store !== this.#live) return;
    try {
      const { header, records } = readTrace(await this.#feed.trace());
      const store = new TraceStore(header);
      store.add(records);
      this.#show(store, name);
      byId("back-to-live", HTMLElement).hidden = true;
    } catch (error) {
      this.#say(`${name} cannot be shown. ${error instanceof Error ? error.message : ""}`);
    }
  }

  async #openCoverage(): Promise<void> {
    const file = await chooseFile(".json,application/json");
    if (file === undefined) return;
    try {
      this.#cover(await file.text());
    } catch (error) {
      this.#say(`${file.name} is no coverage. ${error instanceof Error ? error.message : ""}`);
    }
  }

  #cover(text: string | undefined): void {
    const coverage = text === undefined ? undefined : readCoverage(text);
    this.#chart.cover(coverage);
    byId("coverage-close", HTMLElement).hidden = coverage === undefined;
    const note = byId("coverage-note", HTMLElement);
    note.hidden = coverage === undefined;
    if (coverage === undefined) return;
    const keys = [...this.#chart.keys];
    const taken = keys.filter((key) => (coverage.counts.get(key) ?? 0) > 0);
    setText(note, `${taken.length} of ${keys.length} transitions taken`);
  }

  #select(id: number): void {
    this.#selected = id;
    this.#draw();
  }

  #go(place: Place | null): void {
    const store = this.#store;
    // A trace from a file has no present.
    if (place === null) this.#place = store === this.#live ? null : endOf(store);
    else this.#place = { ...place, at: Math.max(place.at, store.beginAt) };
    this.#draw();
  }

  #frame(): Frame {
    const store = this.#store;
    const isLive = this.#place === null;
    const at = this.#place?.at ?? this.#now();
    const count = isLive
      ? store.count
      : Math.max(store.first, this.#place?.count ?? store.countAt(at));
    const model = isLive ? store.live : this.#seeker.after(count);
    const selected = this.#selected === undefined ? undefined : model.get(this.#selected);
    return { store, model, at, isLive, selected, count };
  }

  /** What is shown, and whether it is what the host does now. */
  #showStatus(isLive: boolean): void {
    const isTrace = this.#store !== this.#live;
    const past = isTrace ? "a trace" : `${stateTexts[this.#feedState]}, looking back`;
    setText(this.#status, isLive ? stateTexts[this.#feedState] : past);
    setAttributes(this.#status, { "data-state": isTrace ? "trace" : this.#feedState });
    byId("timeline-live", HTMLElement).hidden = isTrace;
  }

  /** The host's, as far as can be known without asking it all the time. */
  #now(): number {
    if (this.#feedState !== "live") return this.#clock.host;
    return this.#clock.host + Math.min(2_000, performance.now() - this.#clock.page);
  }

  /** Because time goes on: ten times a second are enough for that. */
  #drawAgain(): void {
    if (performance.now() - this.#drawnAt >= tickMs * 0.9) this.#draw();
  }

  /** Because somebody has done something: with the next picture that the screen shows. */
  #draw(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame((now) => {
      this.#isDrawn = true;
      this.#drawnAt = now;
      const frame = this.#frame();
      setAttributes(document.body, { "data-past": !frame.isLive });
      this.#showStatus(frame.isLive);
      const name =
        frame.selected === undefined ? "No connection yet" : shownName(frame.selected.name);
      setText(byId("detail-name", HTMLElement), name);
      for (const view of this.#views) view.show(frame);
      this.#player.show();
    });
  }
}

/** After all of it. */
const endOf = (store: TraceStore): Place => ({ at: store.endAt, count: store.count });

function showKeys(): void {
  byId("keys-list", HTMLDialogElement).showModal();
}
