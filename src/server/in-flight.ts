/** Counts what is being answered, so that an ending server can wait for it. */
export class InFlight {
  #count = 0;
  #onNone: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onNone?.();
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
}
