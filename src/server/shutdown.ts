/** One way to an end, that begins once and is awaited by all. */
export class Shutdown {
  /** Resolves when all is released. Never rejects */
  readonly closed: Promise<void>;
  readonly #hurry = new AbortController();
  readonly #begin: () => void;
  #begun = false;

  /** `release` must not reject. Its signal is aborted when running calls are to be waited for no longer. */
  constructor(release: (hurry: AbortSignal) => Promise<void>) {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.#begin = begin;
    this.closed = begun.then(() => release(this.#hurry.signal));
  }

  close(): Promise<void> {
    this.#begun = true;
    this.#begin();
    return this.closed;
  }

  /** Running calls are not to be waited for any more. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Begins to close, or cuts short the waiting of a close that is under way. */
  press(): Promise<void> {
    if (this.#begun) this.hurry();
    return this.close();
  }
}
