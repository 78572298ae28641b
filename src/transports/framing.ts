const newline = 0x0a;
const carriageReturn = 0x0d;
const smallestHold = 4_096;
const largestIdleHold = 65_536;

/**
 * Cuts a byte stream into lines. Its work is linear in the length of the stream, however the stream is cut into chunks:
 * every byte is searched once, and one of an unfinished line is copied at most three times.
 *
 * A line is delivered without its newline and without one carriage return before it; empty lines are left out. The bytes of a
 * line are only valid during the callback.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #onLine: (line: Buffer) => void;
  #hold: Buffer = Buffer.alloc(0);
  #held = 0;

  constructor(maxLineBytes: number, onLine: (line: Buffer) => void) {
    this.#maxLineBytes = maxLineBytes;
    this.#onLine = onLine;
  }

  /** Bytes of the line that has not ended yet */
  get heldBytes(): number {
    return this.#held;
  }

  /** False when a line is longer than the limit. Where the next message begins is then unknown: do not push again. */
  push(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      if (this.#held + end - start > this.#maxLineBytes) return this.#giveUp();
      this.#deliver(this.#complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (this.#held + chunk.length - start > this.#maxLineBytes) return this.#giveUp();
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return true;
  }

  #complete(piece: Buffer): Buffer {
    if (this.#held === 0) return piece;
    this.#keep(piece);
    const line = this.#hold.subarray(0, this.#held);
    this.#held = 0;
    // What one large message needed must not stay for ever.
    if (this.#hold.length > largestIdleHold) this.#hold = Buffer.alloc(0);
    return line;
  }

  // One buffer that doubles, not a list of pieces: a process that writes byte by byte must not cost an object per byte.
  #keep(piece: Buffer): void {
    const needed = this.#held + piece.length;
    if (needed > this.#hold.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed * 2, smallestHold));
      this.#hold.copy(larger, 0, 0, this.#held);
      this.#hold = larger;
    }
    piece.copy(this.#hold, this.#held);
    this.#held = needed;
  }

  #deliver(line: Buffer): void {
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    if (end > 0) this.#onLine(end === line.length ? line : line.subarray(0, end));
  }

  #giveUp(): false {
    this.#hold = Buffer.alloc(0);
    this.#held = 0;
    return false;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** The text of UTF-8 bytes without a byte order mark; undefined if they are not UTF-8. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The text of bytes with replacement characters where they are not UTF-8; undefined if it would be longer than a text can
 * be. The option `maxMessageBytes` allows no such message, but nothing that a peer sends may end this process.
 */
export function lossyText(bytes: Buffer): string | undefined {
  try {
    return bytes.toString();
  } catch {
    return undefined;
  }
}
