/** How often the tests that are made from the statechart took each transition. */
export interface Coverage {
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Reads what `npm run test:model -- --json` prints, which holds the counts as `taken`, or the counts alone:
 * `{ "<transition>": count, … }`. A transition is named as in the diagram, such as `ready.invoking/hooks.answered/1`.
 *
 * @throws Error in words for people
 */
export function readCoverage(text: string): Coverage {
  const report: unknown = JSON.parse(text);
  const counts = new Map<string, number>();
  for (const [name, count] of Object.entries(countsOf(report))) {
    if (typeof count !== "number" || !Number.isInteger(count) || count < 0)
      throw new Error(`The count of ${name.slice(0, 100)} must be a whole number`);
    counts.set(name, count);
  }
  if (counts.size === 0) throw new Error("The report names no transitions");
  return { counts };
}

function countsOf(report: unknown): object {
  if (typeof report !== "object" || report === null) throw new Error("A report is a JSON object");
  if (!("taken" in report)) return report;
  const { taken } = report;
  if (typeof taken === "object" && taken !== null) return taken;
  throw new Error("taken must be an object");
}
