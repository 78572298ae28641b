const smallestHold = 4_096;
const nothing = Buffer.alloc(0);

/**
 * Bytes that come in pieces. The first piece is held as it is; further ones are copied into one buffer that doubles, so
 * that a peer which sends byte by byte does not cost an object per byte.
 */
export class HeldBytes {
  #hold: Buffer = nothing;
  #length = 0;
  #isOurs = false;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    if (this.#length === 0) {
      this.#hold = piece;
      this.#length = piece.length;
      this.#isOurs = false;
      return;
    }
    const needed = this.#length + piece.length;
    if (!this.#isOurs || needed > this.#hold.length) this.#grow(needed);
    piece.copy(this.#hold, this.#length);
    this.#length = needed;
  }

  /** All of them. Nothing is held afterwards. */
  take(): Buffer {
    const all = this.#hold.subarray(0, this.#length);
    this.#hold = nothing;
    this.#length = 0;
    return all;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed * 2, smallestHold));
    this.#hold.copy(larger, 0, 0, this.#length);
    this.#hold = larger;
    this.#isOurs = true;
  }
}
