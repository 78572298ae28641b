type OnAbort = (reason: unknown) => void;

interface Watch {
  readonly waiting: Set<OnAbort>;
  readonly listener: () => void;
}

// A host may pass one signal to a million calls: each would add a listener of its own, and Node warns at eleven.
const watches = new WeakMap<AbortSignal, Watch>();

/** Calls back at the abort, or at once if that has been. Returns what ends the watch. */
export function watchAbort(signal: AbortSignal, onAbort: OnAbort): () => void {
  if (signal.aborted) {
    onAbort(signal.reason);
    return () => {};
  }
  const watch = watches.get(signal) ?? begin(signal);
  watch.waiting.add(onAbort);
  return () => {
    if (!watch.waiting.delete(onAbort) || watch.waiting.size > 0) return;
    signal.removeEventListener("abort", watch.listener);
    if (watches.get(signal) === watch) watches.delete(signal);
  };
}

function begin(signal: AbortSignal): Watch {
  const waiting = new Set<OnAbort>();
  const listener = (): void => {
    watches.delete(signal);
    for (const onAbort of waiting) {
      // The end of one may be the end of another, which is then told nothing.
      waiting.delete(onAbort);
      onAbort(signal.reason);
    }
  };
  const watch = { waiting, listener };
  signal.addEventListener("abort", listener, { once: true });
  watches.set(signal, watch);
  return watch;
}
