const batchUnits = 65_536;

/** A text on its way into the pipe. */
export interface Frame {
  /** Given up once the pipe has it: a large text must not be kept until its answer comes */
  text: string;
  /** The pipe has it, or a part of it, and nobody can take it back */
  isSent: boolean;
  onSent?: (() => void) | undefined;
}

/**
 * What waits for a pipe that takes no more, in order. Nothing is handed to a pipe that is full, so that at a loss it is known
 * which frames the other side cannot have seen.
 */
export class Outbox {
  readonly #write: (text: string) => boolean;
  readonly #waiting = new Set<Frame>();
  #waitingUnits = 0;
  #isBlocked = false;

  /** `write` answers whether the pipe takes more at once. */
  constructor(write: (text: string) => boolean) {
    this.#write = write;
  }

  /** Length of what waits, in UTF-16 units */
  get waitingUnits(): number {
    return this.#waitingUnits;
  }

  send(frames: Iterable<Frame>): void {
    for (const frame of frames) {
      this.#waiting.add(frame);
      this.#waitingUnits += frame.text.length;
    }
    this.#flush();
  }

  /** Takes a frame back. False if the pipe has it already. */
  remove(frame: Frame): boolean {
    if (!this.#waiting.delete(frame)) return false;
    this.#waitingUnits -= frame.text.length;
    return true;
  }

  /** The pipe takes writes again. */
  resume(): void {
    this.#isBlocked = false;
    this.#flush();
  }

  /** The pipe is not written to any more. */
  block(): void {
    this.#isBlocked = true;
  }

  clear(): void {
    this.#waiting.clear();
    this.#waitingUnits = 0;
  }

  #flush(): void {
    while (!this.#isBlocked && this.#waiting.size > 0) {
      const batch = this.#takeBatch();
      // Before the callbacks, which may send more.
      this.#isBlocked = !this.#write(batch.text);
      for (const frame of batch.frames) frame.onSent?.();
    }
  }

  // Small frames share one write; a large one goes alone, so that those behind it are still known to be unsent.
  #takeBatch(): { text: string; frames: Frame[] } {
    let text = "";
    const frames: Frame[] = [];
    for (const frame of this.#waiting) {
      if (text !== "" && text.length + frame.text.length > batchUnits) break;
      this.remove(frame);
      text += frame.text;
      frame.text = "";
      frame.isSent = true;
      frames.push(frame);
    }
    return { text, frames };
  }
}
