/** Collects what is asked for in one go, so that the machine takes a step for all of it and not for each. */
export class Batch<Item> {
  readonly #largest: number;
  readonly #take: (items: readonly Item[]) => void;
  #waiting: Item[] = [];

  /** @param largest how many at most are taken together; they are as soon as they are there */
  constructor(largest: number, take: (items: readonly Item[]) => void) {
    this.#largest = largest;
    this.#take = take;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    if (this.#waiting.length === this.#largest) this.flush();
    else if (this.#waiting.length === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    this.#take(items);
  }
}
