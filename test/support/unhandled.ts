/** The rejections that nobody has handled, of what happens from now until a while after `act`. */
export async function unhandledDuring(act: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    await act();
    // They are told after the microtasks of a turn. What rejects a turn later has its own.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", note);
  }
  return unhandled;
}
