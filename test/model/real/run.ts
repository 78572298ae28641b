import { everyTransition } from "../transitions.ts";
import { realBounds, smallBounds, type Transport } from "./bounds.ts";
import { located } from "./difference.ts";
import { exceptions, gapsIn } from "./exceptions.ts";
import type { FarEnd } from "./far-end.ts";
import { Follower } from "./follow.ts";
import { type RealPath, realPaths } from "./paths.ts";
import { ProcessFarEnd } from "./process-far-end.ts";
import { ServerFarEnd } from "./server-far-end.ts";

export interface RealOptions {
  /** Default: both */
  readonly transports?: readonly Transport[];
  /** Also a path for each different effect that a cause has. Default: one for each cause of a transition */
  readonly isThorough?: boolean;
  /** Only so many paths of each transport, with one call, which cannot take all transitions. Default: all */
  readonly sample?: number;
  /** Paths that are gone at the same time. Default 4 */
  readonly concurrency?: number;
}

export interface TransportReport {
  readonly paths: number;
  readonly steps: number;
  /** Those that actors have really taken */
  readonly transitions: readonly string[];
}

export interface RealReport {
  readonly paths: number;
  readonly steps: number;
  /** Those that actors have really taken, over any transport */
  readonly transitions: readonly string[];
  readonly transports: Readonly<Partial<Record<Transport, TransportReport>>>;
  /** Transitions that nothing can cause, with the reason */
  readonly exceptions: Readonly<Record<string, string>>;
  /** Texts: differences, each with its path, and what is wrong with the exceptions */
  readonly problems: readonly string[];
  readonly seconds: number;
}

const farEnds: Readonly<Record<Transport, (path: RealPath) => Promise<FarEnd>>> = {
  stdio: () => ProcessFarEnd.start(),
  http: (path) => ServerFarEnd.start(path),
};

/** Leads plugins along paths of the model: with real processes, real servers and real callers, and time as it is needed. */
export async function runRealPaths(options: RealOptions = {}): Promise<RealReport> {
  const { transports = ["stdio", "http"], sample, concurrency = 4 } = options;
  const startedAt = performance.now();
  const runs = transports.map((transport) => new Run(transport, options));
  await Promise.all(Array.from({ length: concurrency }, () => work(runs)));
  const taken = new Set(runs.flatMap((run) => [...run.taken]));
  const isWhole = sample === undefined && transports.length === 2;
  return {
    paths: runs.reduce((sum, { paths }) => sum + paths.length, 0),
    steps: runs.reduce((sum, { steps }) => sum + steps, 0),
    transitions: everyTransition.filter((id) => taken.has(id)),
    transports: Object.fromEntries(runs.map((run) => [run.transport, run.report])),
    exceptions,
    problems: [
      ...runs.flatMap(({ problems }) => problems),
      ...(isWhole ? gapsIn(taken, everyTransition) : []),
    ],
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

/** Now this transport, now that one: processes take time, and servers work. */
async function work(runs: readonly Run[]): Promise<void> {
  for (let left = [...runs]; left.length > 0; left = left.filter((run) => run.isOpen)) {
    for (const run of left) await run.followNext();
  }
}

/** All paths of one transport. */
class Run {
  readonly transport: Transport;
  readonly paths: readonly RealPath[];
  readonly taken = new Set<string>();
  readonly problems: string[] = [];
  readonly #waiting: RealPath[];

  constructor(transport: Transport, options: RealOptions) {
    this.transport = transport;
    this.paths = pathsOf(transport, options);
    this.#waiting = [...this.paths];
  }

  get isOpen(): boolean {
    return this.#waiting.length > 0;
  }

  get steps(): number {
    return this.paths.reduce((sum, { steps }) => sum + steps.length, 0);
  }

  get report(): TransportReport {
    const transitions = everyTransition.filter((id) => this.taken.has(id));
    return { paths: this.paths.length, steps: this.steps, transitions };
  }

  async followNext(): Promise<void> {
    const path = this.#waiting.shift();
    if (!path) return;
    const farEnd = await farEnds[this.transport](path);
    const follower = new Follower(path, farEnd);
    try {
      await follower.follow();
    } catch (thrown) {
      this.problems.push(located(thrown, path.bounds.model.name, path.steps, follower.at));
    } finally {
      for (const { transitions } of follower.log.steps)
        for (const id of transitions) this.taken.add(id);
      await farEnd.close();
    }
  }
}

function pathsOf(transport: Transport, { isThorough = false, sample }: RealOptions): RealPath[] {
  const shown = new Set<string>();
  const every = sample === undefined ? realBounds(transport) : [smallBounds(transport)];
  const paths = every.flatMap((bounds) => realPaths(bounds, shown, isThorough));
  const stride = Math.ceil(paths.length / (sample ?? paths.length));
  return paths.filter((_, n) => n % stride === 0);
}
