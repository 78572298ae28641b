/** Where in a text something begins; both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and numbers of list entries that lead to a value. */
export type FieldPath = readonly (string | number)[];

export function dotted(path: FieldPath): string {
  return path.map(String).join(".");
}

/** Where the fields of a document stand. */
export class Positions {
  readonly #byPath = new Map<string, Position>();

  set(path: FieldPath, position: Position): void {
    this.#byPath.set(dotted(path), position);
  }

  /** Of the field, or of what should have it; a key with dots in it is found all the same. */
  find(path: string): Position | undefined {
    let at = path;
    for (;;) {
      const found = this.#byPath.get(at);
      if (found !== undefined || at === "") return found;
      at = at.slice(0, Math.max(0, at.lastIndexOf(".")));
    }
  }
}

/** Tells line and column of an offset. */
export class LineMap {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
      this.#starts.push(at + 1);
  }

  at(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
