import { type Bounds, everyBounds } from "../../machines/exhaustive/bounds.ts";
import { DrivenConnection } from "../drive.ts";
import { expectedOf } from "../observation.ts";
import { type Path, pathsOf } from "../paths.ts";
import type { Machine } from "./definition.ts";
import { everyMutant, type Mutant } from "./operators.ts";

/** A path of the machine that ships, and what is to be seen after each of its steps. */
interface Recorded {
  readonly bounds: Bounds;
  readonly path: Path;
  readonly expected: readonly string[];
  readonly transitions: ReadonlySet<string>;
}

/** How a mutant was found out. */
export interface Kill {
  readonly mutant: string;
  readonly bounds: string;
  /** The moves of the path up to where it showed */
  readonly trace: readonly string[];
}

/** Leads mutants along the paths of the machine that ships, until one does something else. */
export class Hunt {
  readonly #recorded: readonly Recorded[];

  constructor(everyBounds: readonly Bounds[]) {
    this.#recorded = everyBounds.flatMap((bounds) =>
      pathsOf(bounds).map((path) => ({
        bounds,
        path,
        expected: path.map(({ to }) => JSON.stringify(expectedOf(to))),
        transitions: new Set(path.flatMap(({ to }) => to.arrival?.taken ?? [])),
      })),
    );
  }

  /** undefined: the mutant does all that the machine that ships does. */
  kill({ id, transition, build }: Mutant): Kill | undefined {
    const machine = build();
    const isNear = ({ transitions }: Recorded): boolean =>
      transition === undefined || transitions.has(transition);
    const near = this.#recorded.filter(isNear);
    const far = this.#recorded.filter((recorded) => !isNear(recorded));
    for (const recorded of [...near, ...far]) {
      const at = firstDifference(recorded, machine);
      if (at === undefined) continue;
      const { bounds, path } = recorded;
      const trace = path.slice(0, at + 1).map(({ move }) => move.label);
      return { mutant: id, bounds: bounds.name, trace };
    }
    return undefined;
  }
}

function firstDifference({ bounds, path, expected }: Recorded, machine: Machine) {
  const driven = new DrivenConnection(bounds, { machine });
  for (const [n, { move, from }] of path.entries()) {
    const seen = JSON.stringify(driven.take(move, from));
    if (seen !== expected[n]) return n;
  }
  return undefined;
}

export interface Findings {
  readonly kills: readonly Kill[];
  /** Ids of those which do all that the machine that ships does */
  readonly survivors: readonly string[];
}

/** Hunts for every mutant whose number leaves this rest when it is divided. */
export function huntFor(rest: number, of: number): Findings {
  const hunt = new Hunt(everyBounds);
  const kills: Kill[] = [];
  const survivors: string[] = [];
  for (const [n, mutant] of everyMutant().entries()) {
    if (n % of !== rest) continue;
    const kill = hunt.kill(mutant);
    if (kill) kills.push(kill);
    else survivors.push(mutant.id);
  }
  return { kills, survivors };
}
