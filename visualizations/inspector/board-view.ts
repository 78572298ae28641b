import { type ConnectionModel, percentile } from "../../src/inspector/trace/model.ts";
import { byId, element, Pool, setAttributes, setText } from "./dom.ts";
import { duration, plural, shownName, timeOfDay } from "./format.ts";
import type { Frame, View } from "./frame.ts";
import { phaseOf } from "./phases.ts";

const columns = [
  "name",
  "state",
  "generation",
  "attempt",
  "probe",
  "queue",
  "inFlight",
  "p50",
  "p99",
  "ok",
  "failed",
  "error",
] as const;

/** Beyond these a table is no board. Those that are selected or found are among them. */
const mostRows = 200;

type Column = (typeof columns)[number];

/** All connections, one row each. */
export class BoardView implements View {
  readonly #rows: Pool<HTMLTableRowElement, ConnectionModel>;
  readonly #cells = new WeakMap<Element, ReadonlyMap<Column, HTMLElement>>();
  readonly #latencies = new WeakMap<readonly number[], { ok: number; p50: string; p99: string }>();
  readonly #empty = byId("board-empty", HTMLElement);
  readonly #count = byId("board-count", HTMLElement);
  readonly #onlyTroubled = byId("board-troubled", HTMLInputElement);
  readonly #search = byId("board-search", HTMLInputElement);
  readonly #choose: (id: number) => void;
  #shown: readonly ConnectionModel[] = [];
  #frame: Frame | undefined;

  constructor(choose: (id: number) => void) {
    this.#choose = choose;
    const body = byId("board-rows", HTMLElement);
    this.#rows = new Pool(
      body,
      () => this.#makeRow(),
      (row, connection) => this.#showRow(row, connection),
    );
    body.addEventListener("keydown", (event) => this.#move(event));
  }

  show(frame: Frame): void {
    this.#frame = frame;
    const all = [...frame.model.values()];
    const found = all.filter((connection) => this.#isWanted(connection));
    this.#shown = found.slice(0, mostRows);
    this.#rows.show(this.#shown);
    this.#empty.hidden = all.length > 0;
    const ready = all.filter(({ state }) => phaseOf(state) === "ready").length;
    const hidden = all.length - this.#shown.length;
    const rest = hidden > 0 ? `, ${hidden.toLocaleString("en")} not shown` : "";
    setText(this.#count, `${plural(all.length, "connection")}, ${ready} ready${rest}`);
  }

  #isWanted({ name, state, isAttached }: ConnectionModel): boolean {
    if (this.#onlyTroubled.checked && (phaseOf(state) === "ready" || !isAttached)) return false;
    return name.toLowerCase().includes(this.#search.value.trim().toLowerCase());
  }

  #makeRow(): HTMLTableRowElement {
    const button = element("button", { type: "button", class: "row-button" });
    const row = element("tr");
    const cells = new Map<Column, HTMLElement>();
    for (const column of columns) {
      const cell =
        column === "name"
          ? element("th", { scope: "row" }, button)
          : element("td", { class: column });
      cells.set(column, column === "name" ? button : cell);
      if (column === "state") {
        const pill = element("span", { class: "pill" });
        cell.append(pill);
        cells.set(column, pill);
      }
      row.append(cell);
    }
    this.#cells.set(row, cells);
    row.addEventListener("click", () => {
      this.#choose(Number(row.getAttribute("data-connection")));
      button.focus();
    });
    return row;
  }

  #showRow(row: HTMLTableRowElement, connection: ConnectionModel): void {
    const frame = this.#frame;
    const cells = this.#cells.get(row);
    if (frame === undefined || cells === undefined) return;
    const isSelected = frame.selected?.id === connection.id;
    setAttributes(row, {
      "data-connection": connection.id,
      class: `${isSelected ? "selected" : ""}${connection.isAttached ? "" : " detached"}`,
    });
    const texts = this.#texts(connection, frame.at);
    for (const [column, cell] of cells) setText(cell, texts[column]);
    for (const column of ["name", "error"] as const)
      setAttributes(cells.get(column) ?? row, { title: texts[column] });
    setAttributes(cells.get("state") ?? row, {
      "data-phase": connection.isAttached ? phaseOf(connection.state) : "ended",
    });
    setAttributes(cells.get("name") ?? row, { "aria-pressed": String(isSelected) });
    setAttributes(cells.get("queue") ?? row, {
      "data-full": connection.queued >= connection.maxQueue * 0.8,
    });
  }

  #texts(connection: ConnectionModel, at: number): Record<Column, string> {
    const { link, counts } = connection;
    const { p50, p99 } = this.#percentiles(connection);
    return {
      name: shownName(connection.name),
      state: connection.isAttached ? connection.state : "detached",
      generation: String(link.generation),
      attempt: String(link.attempt),
      probe: link.retryAt === null ? "–" : countdown(link.retryAt - at),
      queue: String(connection.queued),
      inFlight: `${connection.inFlight}/${connection.maxInFlight}`,
      p50,
      p99,
      ok: counts.ok.toLocaleString("en"),
      failed: counts.failed.toLocaleString("en"),
      error: this.#errorText(connection),
    };
  }

  #errorText({ lastError, link, process: { exit } }: ConnectionModel): string {
    if (lastError === undefined) return "–";
    const { at, code, during } = lastError;
    const { startedAt = 0 } = this.#frame?.store ?? {};
    const time = at === null ? "" : `${timeOfDay(startedAt, at).slice(0, 8)} `;
    const isOfSession = code === link.fault?.code && during === link.fault.phase;
    const end = isOfSession && exit ? ` (${exit.signal ?? `exit ${exit.code}`})` : "";
    return `${time}${code} while ${during}${end}`;
  }

  /** Sorting is for when there is something new to sort. */
  #percentiles({ latencies, counts }: ConnectionModel): { p50: string; p99: string } {
    const known = this.#latencies.get(latencies);
    if (known && known.ok === counts.ok) return known;
    const show = (share: number): string => {
      const ms = percentile(latencies, share);
      return ms === null ? "–" : duration(ms);
    };
    const found = { ok: counts.ok, p50: show(0.5), p99: show(0.99) };
    this.#latencies.set(latencies, found);
    return found;
  }

  #move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || this.#frame === undefined) return;
    const ids = this.#shown.map(({ id }) => id);
    const from = ids.indexOf(this.#frame.selected?.id ?? -1);
    const id = ids[from + step];
    if (id === undefined) return;
    event.preventDefault();
    this.#choose(id);
    const row = document.querySelector(`#board-rows [data-connection="${id}"] button`);
    if (row instanceof HTMLElement) row.focus();
  }
}

const countdown = (ms: number): string => (ms <= 0 ? "now" : `in ${(ms / 1_000).toFixed(1)} s`);
