const newline = 0x0a;
const carriageReturn = 0x0d;
const nothing: Buffer = Buffer.alloc(0);
const keptCapacity = 64 * 1024;

/**
 * Finds the lines in a byte stream, in time linear in its length. A line over the limit is dropped while it arrives and
 * reported at its end, and the next one is read as usual: one client's mistake must not cost it its other calls. Empty
 * lines are skipped. The bytes of a line are valid during the callback only.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: Buffer) => void;
  readonly #onTooLong: () => void;
  /** The beginning of a line whose end is still to come: the first `#length` bytes */
  #begun = nothing;
  #length = 0;

  constructor(maxBytes: number, onLine: (line: Buffer) => void, onTooLong: () => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      this.#finish(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.#append(rest);
  }

  #finish(end: Buffer): void {
    const whole = this.#length === 0;
    if (!whole) this.#append(end);
    const length = whole ? end.length : this.#length;
    const line = whole ? end : this.#begun.subarray(0, length);
    this.#length = 0;
    if (length > this.#maxBytes) this.#onTooLong();
    else this.#deliver(line);
    // What one large message needed is not kept for ever.
    if (this.#begun.length > keptCapacity) this.#begun = nothing;
  }

  #deliver(line: Buffer): void {
    const text = line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
    if (text.length > 0) this.#onLine(text);
  }

  #append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#maxBytes) this.#begun = nothing;
    else {
      this.#reserve(length);
      piece.copy(this.#begun, this.#length);
    }
    this.#length = length;
  }

  // Growing by doubling copies every byte a few times at most, also if the bytes come one by one.
  #reserve(length: number): void {
    if (length <= this.#begun.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * length, 4_096));
    this.#begun.copy(larger, 0, 0, this.#length);
    this.#begun = larger;
  }
}
