/** What one request takes of what may be in flight. */
export interface Share {
  /** Takes more bytes; false if there is no room for them. They are taken all the same, until the end. */
  hold(bytes: number): boolean;
  /** Gives all of it back. Once is enough. */
  end(): void;
}

/** Counts what is in flight: an ending server waits for it, and a full one takes no more. */
export class InFlight {
  /** Called when there is room again */
  onRoom: (() => void) | undefined;
  readonly #maxCount: number;
  readonly #maxBytes: number;
  #count = 0;
  #bytes = 0;
  #onNone: (() => void) | undefined;

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
  }

  get isFull(): boolean {
    return this.#count >= this.#maxCount || this.#bytes >= this.#maxBytes;
  }

  begin(bytes = 0): Share {
    let held = 0;
    let ended = false;
    const hold = (more: number): boolean => {
      if (ended) return false;
      held += more;
      this.#bytes += more;
      return this.#bytes <= this.#maxBytes;
    };
    const end = (): void => {
      if (ended) return;
      ended = true;
      this.#end(held);
    };
    this.#count += 1;
    hold(bytes);
    return { hold, end };
  }

  /** Resolves when nothing is in flight, at the latest after `limitMs`, or as soon as the signal is aborted. */
  async settled(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || limitMs <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        this.#onNone = undefined;
        resolve();
      };
      const timer = setTimeout(finish, limitMs);
      signal.addEventListener("abort", finish);
      this.#onNone = finish;
    });
  }

  #end(bytes: number): void {
    const wasFull = this.isFull;
    this.#count -= 1;
    this.#bytes -= bytes;
    if (wasFull && !this.isFull) this.onRoom?.();
    if (this.#count === 0) this.#onNone?.();
  }
}
