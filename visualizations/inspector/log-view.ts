import { byId, element, Pool, Size, setAttributes, setText } from "./dom.ts";
import { plural, shownName, timeOfDay } from "./format.ts";
import type { Frame, Place, View } from "./frame.ts";
import { kindOf, type Line, lineOf } from "./log-lines.ts";
import type { Entry, TraceStore } from "./trace-store.ts";

const rowHeight = 22;

interface Row {
  /** Count of the records up to and with this one */
  readonly count: number;
  readonly place: number;
  readonly entry: Entry;
  readonly line: Line;
}

/** The events in words, filtered and searched. Only the rows in sight exist. */
export class LogView implements View {
  readonly #list = byId("log", HTMLElement);
  readonly #space = byId("log-space", HTMLElement);
  /** The chosen one in full: there are lines that are longer than the list is wide */
  readonly #chosen = byId("log-chosen", HTMLElement);
  readonly #found = byId("log-found", HTMLElement);
  readonly #search = byId("log-search", HTMLInputElement);
  readonly #onlySelected = byId("log-selected", HTMLInputElement);
  readonly #kinds: readonly HTMLInputElement[];
  readonly #rows: Pool<HTMLElement, Row>;
  readonly #jump: (place: Place) => void;
  readonly #size = new Size(this.#list);
  /** Where it has been scrolled to, how high all rows are, and how much of them can be seen */
  #top = 0;
  #height = 0;
  #shownHeight = 0;
  #store: TraceStore | undefined;
  /** Places of the entries that pass the filter, as counts before them */
  #passing: number[] = [];
  #tested = 0;
  #filter = "";
  #isFollowing = true;
  #frame: Frame | undefined;
  #current = -1;

  constructor(jump: (place: Place) => void) {
    this.#jump = jump;
    this.#kinds = [...document.querySelectorAll<HTMLInputElement>("#log-kinds input")];
    this.#rows = new Pool(
      this.#space,
      () => this.#makeRow(),
      (row, item) => this.#showRow(row, item),
    );
    this.#list.addEventListener("scroll", () => {
      const { scrollTop } = this.#list;
      // Our own doing is not somebody's wish to stay where they are.
      if (scrollTop === this.#top) return;
      this.#top = scrollTop;
      this.#isFollowing = scrollTop >= this.#height - this.#size.height - rowHeight;
      this.#draw();
    });
    this.#list.addEventListener("keydown", (event) => this.#move(event));
  }

  show(frame: Frame): void {
    this.#frame = frame;
    this.#test(frame);
    const shown = this.#shown(frame);
    setText(this.#found, plural(shown, "event"));
    const height = shown * rowHeight;
    const wasMoved = height !== this.#height || this.#size.height !== this.#shownHeight;
    if (wasMoved) this.#space.style.height = `${height}px`;
    this.#height = height;
    this.#shownHeight = this.#size.height;
    if (wasMoved && (this.#isFollowing || !frame.isLive)) this.#scrollTo(height);
    this.#draw();
  }

  /** Until these rows are the last in sight. */
  #scrollTo(height: number): void {
    this.#list.scrollTop = Math.max(0, height - this.#size.height);
    // The browser rounds.
    this.#top = this.#list.scrollTop;
  }

  focusSearch(): void {
    this.#search.focus();
  }

  /** Entries are tested once, as they come; all of them anew when the filter has changed. */
  #test({ store, selected }: Frame): void {
    const kinds = new Set(this.#kinds.filter((box) => box.checked).map((box) => box.value));
    const words = this.#search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const only = this.#onlySelected.checked ? selected?.id : undefined;
    const filter = JSON.stringify([[...kinds], words, only]);
    if (store !== this.#store || filter !== this.#filter) {
      this.#store = store;
      this.#filter = filter;
      this.#passing = [];
      this.#tested = store.first;
    }
    const gone = this.#passing.findIndex((place) => place >= store.first);
    if (gone !== 0 && this.#passing.length > 0)
      this.#passing.splice(0, gone < 0 ? this.#passing.length : gone);
    for (this.#tested = Math.max(this.#tested, store.first); this.#tested < store.count; ) {
      const place = this.#tested++;
      const entry = store.entry(place);
      if (entry && passes(entry, kinds, words, only)) this.#passing.push(place);
    }
  }

  /** How many rows there are at this moment. */
  #shown({ count, isLive }: Frame): number {
    if (isLive) return this.#passing.length;
    let low = 0;
    let high = this.#passing.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#passing[middle] ?? 0) < count) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #draw(): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    const total = this.#shown(frame);
    const first = Math.max(0, Math.floor(this.#top / rowHeight) - 4);
    const last = Math.min(total, first + Math.ceil(this.#size.height / rowHeight) + 8);
    this.#current = frame.isLive ? -1 : total - 1;
    const rows: Row[] = [];
    for (let place = first; place < last; place += 1) {
      const before = this.#passing[place] ?? 0;
      const entry = frame.store.entry(before);
      if (entry) rows.push({ count: before + 1, place, entry, line: lineOf(entry) });
    }
    this.#rows.show(rows);
    const chosen = frame.store.entry(this.#passing[this.#current] ?? -1);
    this.#chosen.hidden = chosen === undefined;
    setText(this.#chosen, chosen === undefined ? "" : lineOf(chosen).text);
    setAttributes(this.#list, {
      "aria-activedescendant": rows.some(({ place }) => place === this.#current)
        ? `log-row-${this.#current}`
        : null,
    });
  }

  #makeRow(): HTMLElement {
    const row = element(
      "div",
      { class: "log-row", role: "option" },
      element("span", { class: "time" }),
      element("span", { class: "connection" }),
      element("span", { class: "event" }),
      element("span", { class: "text" }),
    );
    row.addEventListener("click", () =>
      this.#jump({
        at: Number(row.getAttribute("data-at")),
        count: Number(row.getAttribute("data-count")),
      }),
    );
    return row;
  }

  #showRow(row: HTMLElement, { place, count, entry, line }: Row): void {
    const frame = this.#frame;
    const [time, connection, event, text] = row.children;
    if (!frame || !time || !connection || !event || !text) return;
    const { at } = entry.record;
    setText(time, timeOfDay(frame.store.startedAt, at));
    setText(connection, shownName(entry.name));
    setText(event, line.event);
    setText(text, line.text);
    setAttributes(row, {
      id: `log-row-${place}`,
      "data-at": at,
      "data-count": count,
      "data-kind": line.kind,
      "aria-selected": String(place === this.#current),
      "aria-setsize": this.#shown(frame),
      "aria-posinset": place + 1,
      title: line.text,
    });
    row.style.transform = `translateY(${place * rowHeight}px)`;
  }

  #move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    const frame = this.#frame;
    if (step === undefined || frame === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.#current < 0 ? this.#shown(frame) : this.#current;
    const place = Math.max(0, Math.min(this.#passing.length - 1, from + step));
    const before = this.#passing[place] ?? -1;
    const entry = frame.store.entry(before);
    if (entry) this.#jump({ at: entry.record.at, count: before + 1 });
  }
}

function passes(
  entry: Entry,
  kinds: ReadonlySet<string>,
  words: readonly string[],
  only: number | undefined,
): boolean {
  if (only !== undefined && entry.record.connection !== only) return false;
  if (!kinds.has(kindOf(entry))) return false;
  if (words.length === 0) return true;
  const { event, text: what } = lineOf(entry);
  const text = `${entry.name} ${event} ${what}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
