/** The last bytes of a stream, in memory that does not grow. */
export class StderrTail {
  readonly #capacity: number;
  #ring: Buffer | undefined;
  #total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes that have come in all */
  get totalBytes(): number {
    return this.#total;
  }

  push(chunk: Buffer): void {
    this.#ring ??= Buffer.alloc(this.#capacity);
    const kept = chunk.subarray(Math.max(0, chunk.length - this.#capacity));
    const at = (this.#total + chunk.length - kept.length) % this.#capacity;
    const untilEnd = kept.copy(this.#ring, at);
    kept.copy(this.#ring, 0, untilEnd);
    this.#total += chunk.length;
  }

  /** At most the last `maxBytes` as text. A character cut in half at its start is left out. */
  text(maxBytes: number): string {
    if (this.#ring === undefined) return "";
    const size = Math.min(maxBytes, this.#total, this.#capacity);
    const end = this.#total % this.#capacity;
    const bytes = Buffer.concat([this.#ring.subarray(end), this.#ring.subarray(0, end)]).subarray(
      this.#capacity - size,
    );
    return bytes.subarray(this.#total > size ? continuationBytes(bytes) : 0).toString();
  }
}

// A UTF-8 character has at most three bytes after its first.
function continuationBytes(bytes: Buffer): number {
  let count = 0;
  while (count < 3 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count++;
  return count;
}
