/** What a promise gives, or the reason of the signal once that is aborted: then nobody waits for the promise any more. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // It may reject when nobody listens any more.
  promise.catch(() => {});
  signal.throwIfAborted();
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
