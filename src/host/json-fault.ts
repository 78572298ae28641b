export interface JsonFault {
  readonly offset: number;
  readonly message: string;
}

const space = /[ \t\n\r]*/y;
// Control characters are to be escaped, but for those that JSON does not count among them.
const text = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const plain = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.+-])/y;

const brackets = [
  ["{", "}"],
  ["[", "]"],
] as const;

/**
 * Where a text stops being JSON; undefined if it is JSON. `JSON.parse` tells that in words that differ between versions of
 * Node, not always with a position, and quotes what may be a secret.
 */
export function findJsonFault(source: string): JsonFault | undefined {
  if (isJson(source)) return undefined;
  const offset = new Scan(source).firstFault();
  const what = offset >= source.length ? "the JSON ends too early" : "this is no JSON";
  return { offset, message: what };
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** Walks over a text by the grammar of JSON. Without recursion: a text may nest as deep as it likes. */
class Scan {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  firstFault(): number {
    const closers: string[] = [];
    while (this.#value(closers));
    return this.#at;
  }

  /** Takes a plain value, or the beginning of a list or an object. False if nothing may follow it, or it is none. */
  #value(closers: string[]): boolean {
    this.#skip(space);
    for (const [opener, closer] of brackets) {
      if (!this.#takes(opener)) continue;
      if (this.#takes(closer)) return this.#afterValue(closers);
      closers.push(closer);
      return closer === "]" || this.#key();
    }
    return (this.#skip(text) || this.#skip(plain)) && this.#afterValue(closers);
  }

  /** Goes on to the next value. False if there is none, or something else. */
  #afterValue(closers: string[]): boolean {
    for (let closer = closers.at(-1); closer !== undefined; closer = closers.at(-1)) {
      if (this.#takes(",")) return closer !== "}" || this.#key();
      if (!this.#takes(closer)) return false;
      closers.pop();
    }
    this.#skip(space);
    return false;
  }

  #key(): boolean {
    this.#skip(space);
    return this.#skip(text) && this.#takes(":");
  }

  #takes(mark: string): boolean {
    this.#skip(space);
    if (this.#source[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const isThere = pattern.test(this.#source);
    if (isThere) this.#at = pattern.lastIndex;
    return isThere;
  }
}
