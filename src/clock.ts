/** Where time comes from. The real one is the default; a simulated one makes a whole connection run from a seed. */
export interface Clock {
  /** Monotonic time in milliseconds, from any origin */
  now(): number;
  setTimeout(listener: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  setTimeout: (listener, ms) => setTimeout(listener, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
