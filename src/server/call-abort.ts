/**
 * Tells a hook that nobody needs its answer any more. The signal is made when the hook asks for it: to make one takes
 * longer than all the rest of a short call, and few hooks look at theirs.
 */
export class CallAbort {
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The first reason stays. */
  abort(reason: DOMException): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
