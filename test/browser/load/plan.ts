/** How much the host has to do. */
export interface LoadPlan {
  readonly connections: number;
  /** Steps of all machines together. A call takes two */
  readonly stepsPerSecond: number;
}

/** What the host finds of itself, second by second. */
export interface HostSample {
  readonly steps: number;
  readonly calls: number;
  /** In ms, of this second */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Time of a processor that the process has used */
  readonly cpuMs: number;
  readonly heapMegabytes: number;
  readonly viewers: number;
}
