import type { Shutdown } from "./shutdown.ts";

const signals = ["SIGTERM", "SIGINT"] as const;
const exitGraceMs = 500;

/** Closes on SIGTERM and SIGINT, and then lets the process end. A second signal does not wait for running calls. */
export function endOnSignals(shutdown: Shutdown): void {
  const onSignal = (): void => {
    void shutdown.press().then(leaveProcess);
  };
  for (const signal of signals) process.on(signal, onSignal);
  void shutdown.closed.then(() => {
    for (const signal of signals) process.off(signal, onSignal);
  });
}

/**
 * Ends a process that has lost its purpose, if it does not end by itself: a timer or a socket that plugin code forgot
 * would otherwise keep it for ever, and its client has gone.
 */
export function leaveProcess(): void {
  // Without a reference the timer runs only if something else keeps the process alive.
  setTimeout(() => process.exit(), exitGraceMs).unref();
}
