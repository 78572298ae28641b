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
  const { transports = ["stdio", "http"], sample } = options;
  const startedAt = performance.now();
  const problems: string[] = [];
  const taken = new Set<string>();
  const reports: Partial<Record<Transport, TransportReport>> = {};
  for (const transport of transports) {
    const report = await runTransport(transport, options, problems);
    reports[transport] = report;
    for (const id of report.transitions) taken.add(id);
  }
  if (sample === undefined && transports.length === 2)
    problems.push(...gapsIn(taken, everyTransition));
  const all = Object.values(reports);
  return {
    paths: all.reduce((sum, { paths }) => sum + paths, 0),
    steps: all.reduce((sum, { steps }) => sum + steps, 0),
    transitions: everyTransition.filter((id) => taken.has(id)),
    transports: reports,
    exceptions,
    problems,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

async function runTransport(
  transport: Transport,
  options: RealOptions,
  problems: string[],
): Promise<TransportReport> {
  const { concurrency = 4 } = options;
  const paths = pathsOf(transport, options);
  const taken = new Set<string>();
  const waiting = [...paths];
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path; path = waiting.shift()) {
      const problem = await follow(path, taken);
      if (problem !== undefined) problems.push(problem);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return {
    paths: paths.length,
    steps: paths.reduce((sum, { steps }) => sum + steps.length, 0),
    transitions: everyTransition.filter((id) => taken.has(id)),
  };
}

function pathsOf(transport: Transport, { isThorough = false, sample }: RealOptions): RealPath[] {
  const shown = new Set<string>();
  const every = sample === undefined ? realBounds(transport) : [smallBounds(transport)];
  const paths = every.flatMap((bounds) => realPaths(bounds, shown, isThorough));
  const stride = Math.ceil(paths.length / (sample ?? paths.length));
  return paths.filter((_, n) => n % stride === 0);
}

/** Says what was different, if something was. */
async function follow(path: RealPath, taken: Set<string>): Promise<string | undefined> {
  const farEnd = await farEnds[path.bounds.transport](path);
  const follower = new Follower(path, farEnd);
  try {
    await follower.follow();
    return undefined;
  } catch (thrown) {
    return located(thrown, path.bounds.model.name, path.steps, follower.at);
  } finally {
    for (const { transitions } of follower.log.steps) for (const id of transitions) taken.add(id);
    await farEnd.close();
  }
}
