import type { Bounds } from "../machines/exhaustive/bounds.ts";
import { behaviourPaths } from "./behaviours.ts";
import { Coverage, type CoverageReport } from "./coverage.ts";
import { DrivenConnection } from "./drive.ts";
import { type ModelMove, type ModelState, modelOf } from "./model.ts";
import { differenceOf, expectedOf } from "./observation.ts";

export interface PathStep {
  readonly move: ModelMove;
  readonly from: ModelState;
  readonly to: ModelState;
}

/** One way from the start, without the first state. */
export type Path = readonly PathStep[];

/** An actor that did not do what the model does. */
class Difference extends Error {
  constructor(path: Path, at: number, what: string) {
    const steps = path
      .slice(0, at + 1)
      .map(({ move, to }, n) => `  ${n + 1}. ${move.label} → ${to.leaf}`);
    super([what, ...steps].join("\n"));
    this.name = "Difference";
  }
}

/** The paths that show everything the machine does within the bounds, shortest first. */
export function pathsOf(bounds: Bounds): Path[] {
  const paths = modelOf(bounds).getPaths(behaviourPaths);
  return paths
    .map(({ steps }) =>
      steps.slice(1).map(({ event: move, state: to }, n): PathStep => {
        const from = steps[n]?.state;
        if (!from) throw new Error("a step without a state before it");
        return { move, from, to };
      }),
    )
    .sort((a, b) => a.length - b.length);
}

export interface PathsReport {
  readonly paths: number;
  readonly steps: number;
  /** Texts of differences, each with the shortest path on which it showed */
  readonly differences: readonly string[];
  readonly coverage: CoverageReport;
}

/** Leads a real actor along every path, and compares all that can be seen of it with the model after each step. */
export function runPaths(bounds: Bounds): PathsReport {
  const coverage = new Coverage();
  const differences: string[] = [];
  const paths = pathsOf(bounds);
  for (const path of paths) {
    const found = follow(path, bounds, coverage);
    if (found) differences.push(`${bounds.name}: ${found.message}`);
  }
  const steps = paths.reduce((sum, path) => sum + path.length, 0);
  return { paths: paths.length, steps, differences, coverage: coverage.report };
}

function follow(path: Path, bounds: Bounds, coverage: Coverage): Difference | undefined {
  const driven = new DrivenConnection(bounds, { inspect: coverage.inspect });
  for (const [n, { move, from, to }] of path.entries()) {
    const what = differenceOf(expectedOf(to), driven.take(move, from));
    if (what !== undefined) return new Difference(path, n, what);
    coverage.note(move, to);
  }
  const what = driven.stop() ?? miscount(path, driven);
  if (what !== undefined) return new Difference(path, path.length, what);
  coverage.enter("terminated");
  const { refused, answered } = driven.disturb();
  for (const type of refused) coverage.refuse("terminated", type);
  if (answered.length > 0) return new Difference(path, path.length, `${answered} after the end`);
  return undefined;
}

/** Every call that came is settled exactly once. */
function miscount(path: Path, { ends }: DrivenConnection): string | undefined {
  const last = path.at(-1)?.to;
  const came = last?.history.calls.filter(({ entry }) => entry > 0) ?? [];
  const wrong = came.filter(({ request }) => ends.get(request.id) !== 1);
  if (wrong.length === 0 && ends.size === came.length) return undefined;
  return `settled: ${[...ends].map(([id, times]) => `${id} ${times} times`)}; came: ${came.map(({ request }) => request.id)}`;
}
