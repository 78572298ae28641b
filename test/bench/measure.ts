/** What was measured in one slice of time. */
export interface Round {
  readonly wallMs: number;
  /** CPU time of this process, all its threads together */
  readonly cpuUs: number;
  readonly latenciesUs: readonly number[];
}

export interface Slice {
  readonly callers: number;
  readonly sliceMs: number;
}

/** Keeps so many callers busy for the time, each with at least one call. Rejects with the first call that does. */
export async function measure(call: () => Promise<void>, slice: Slice): Promise<Round> {
  const latenciesUs: number[] = [];
  const cpuAtStart = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + slice.sliceMs;
  let hasFailed = false;

  const keepCalling = async (): Promise<void> => {
    let now = performance.now();
    do {
      await call();
      const answeredAt = performance.now();
      latenciesUs.push(Math.round((answeredAt - now) * 1_000));
      now = answeredAt;
    } while (now < endsAt && !hasFailed);
  };
  const callers = Array.from({ length: slice.callers }, () =>
    keepCalling().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  // All have to be over: what one leaves behind would go into the next slice.
  const ends = await Promise.allSettled(callers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;

  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuAtStart);
  return { wallMs, cpuUs: user + system, latenciesUs };
}
