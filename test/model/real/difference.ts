import { isDeepStrictEqual } from "node:util";
import type { RealStep } from "./paths.ts";

/** Real time that anything may take. Nothing waits for so long where all is well. */
const patienceMs = 20_000;

/** The real connection, or its far end, is not as the model says. */
export class Difference extends Error {
  constructor(what: string) {
    super(what);
    this.name = "Difference";
  }
}

/** The same, with the path up to the step at which it showed, the first being 0. */
export function located(
  thrown: unknown,
  bounds: string,
  steps: readonly RealStep[],
  at: number,
): string {
  const what = thrown instanceof Difference ? thrown.message : errorText(thrown);
  const lines = steps.map(
    ({ move, to }, n) => `  ${n === at ? ">" : " "} ${n + 1}. ${move.label} → ${to.leaf}`,
  );
  return [`${bounds}: ${what}`, ...lines].join("\n");
}

const errorText = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Difference(
    `${what}: ${JSON.stringify(actual)}, but ${JSON.stringify(expected)} in the model`,
  );
}

/** What the promise gives. It is an error if that takes too long: `what` is told. */
export async function soon<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Difference(`not within ${patienceMs} ms: ${what()}`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
