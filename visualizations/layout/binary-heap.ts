/** A priority queue of numbers. Of equal priorities the one that came first is first. */
export class BinaryHeap {
  readonly #values: number[] = [];
  readonly #priorities: number[] = [];
  readonly #orders: number[] = [];
  #pushed = 0;

  push(value: number, priority: number): void {
    this.#values.push(value);
    this.#priorities.push(priority);
    this.#orders.push(this.#pushed++);
    let index = this.#values.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Null when it is empty. */
  pop(): number | null {
    const top = this.#values[0];
    if (top === undefined) return null;
    this.#swap(0, this.#values.length - 1);
    this.#values.pop();
    this.#priorities.pop();
    this.#orders.pop();
    this.#sink();
    return top;
  }

  #sink(): void {
    let index = 0;
    for (let child = 1; child < this.#values.length; child = 2 * index + 1) {
      if (child + 1 < this.#values.length && this.#isBefore(child + 1, child)) child++;
      if (!this.#isBefore(child, index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const difference = (this.#priorities[one] as number) - (this.#priorities[other] as number);
    return (
      difference < 0 ||
      (difference === 0 && (this.#orders[one] as number) < (this.#orders[other] as number))
    );
  }

  #swap(one: number, other: number): void {
    swap(this.#values, one, other);
    swap(this.#priorities, one, other);
    swap(this.#orders, one, other);
  }
}

function swap(list: number[], one: number, other: number): void {
  const kept = list[one] as number;
  list[one] = list[other] as number;
  list[other] = kept;
}
