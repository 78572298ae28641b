type OnAbort = (reason: unknown) => void;

interface Watch {
  readonly waiting: Set<OnAbort>;
  readonly listener: () => void;
}

// A host may pass one signal to a million calls: each would add a listener of its own, and Node warns at eleven.
const watches = new WeakMap<AbortSignal, Watch>();

/** Calls back at the abort, or at once if that has been. Returns what ends the watch. Neither of them throws. */
export function watchAbort(signal: AbortSignal, onAbort: OnAbort): () => void {
  if (isAborted(signal)) {
    onAbort(reasonOf(signal));
    return () => {};
  }
  const watch = watches.get(signal) ?? begin(signal, onAbort);
  watch.waiting.add(onAbort);
  return () => {
    if (!watch.waiting.delete(onAbort) || watch.waiting.size > 0) return;
    unlessItThrows(() => signal.removeEventListener("abort", watch.listener));
    if (watches.get(signal) === watch) watches.delete(signal);
  };
}

/** Whether the caller has gone already. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return unlessItThrows(() => signal?.aborted) === true;
}

/** The caller's own value: it may be anything. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  return unlessItThrows<unknown>(() => signal?.reason);
}

function begin(signal: AbortSignal, first: OnAbort): Watch {
  const waiting = new Set([first]);
  const listener = (): void => {
    watches.delete(signal);
    for (const onAbort of waiting) {
      // The end of one may be the end of another, which is then told nothing.
      waiting.delete(onAbort);
      onAbort(reasonOf(signal));
    }
  };
  const watch = { waiting, listener };
  watches.set(signal, watch);
  unlessItThrows(() => signal.addEventListener("abort", listener, { once: true }));
  return watch;
}

// What looks like a signal may be the host's own, and what that does wrong must end neither a call nor a connection.
function unlessItThrows<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
