import type { WorldLog } from "./world-events.ts";

/** The sessions that a server over HTTP knows. */
export class HttpSessions {
  readonly #isNeeded: boolean;
  readonly #log: WorldLog;
  readonly #ids = new Map<string, number>();
  #lastNumber = 0;

  /** @param isNeeded whether the protocol has sessions at all */
  constructor(isNeeded: boolean, log: WorldLog) {
    this.#isNeeded = isNeeded;
    this.#log = log;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** The id of a new one. */
  begin(): string | undefined {
    if (!this.#isNeeded) return undefined;
    const number = ++this.#lastNumber;
    const id = `simulated-${number}`;
    this.#ids.set(id, number);
    this.#log.tell({ type: "opened", what: "session", id: number });
    return id;
  }

  /** Whether a request with this id may come. */
  knows(id: string | undefined): boolean {
    return !this.#isNeeded || (id !== undefined && this.#ids.has(id));
  }

  end(id: string | undefined): void {
    const number = this.#ids.get(id ?? "");
    if (number === undefined) return;
    this.#ids.delete(id ?? "");
    this.#log.tell({ type: "closed", what: "session", id: number });
  }

  clear(): void {
    for (const id of [...this.#ids.keys()]) this.end(id);
  }
}
