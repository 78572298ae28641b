import { readFileSync } from "node:fs";
import os from "node:os";
import { pathToFileURL } from "node:url";
import type { Target } from "./contender.ts";
import { builtFile, projectFile } from "./files.ts";
import type { Round } from "./measure.ts";
import type { Cell, Plan } from "./plan.ts";
import {
  type CellReport,
  type Failed,
  type Measured,
  type Performance,
  type Report,
  summarise,
} from "./report.ts";
import { rounded } from "./statistics.ts";
import { Targets } from "./targets.ts";
import { WorkerProcess } from "./worker-process.ts";

/** In the order in which they are shown. */
const standing = ["sdk", "sdk-checked", "ours", "ours-serial", "bare"];

export interface BenchOptions {
  /** Paths of modules with further contenders */
  readonly contenders?: readonly string[];
  /** For the processes of the contenders */
  readonly nodeOptions?: readonly string[];
  readonly onCell?: (done: number, of: number) => void;
}

interface Entrant {
  readonly name: string;
  readonly worker: WorkerProcess;
}

/** Compares all contenders in all cells of a plan. */
export async function runBench(plan: Plan, options: BenchOptions = {}): Promise<Report> {
  const startedAt = performance.now();
  const workers: WorkerProcess[] = [];
  const targets = new Targets();
  try {
    const files = standing.map((name) => builtFile(`contenders/${name}.js`));
    for (const file of [...files, ...(options.contenders ?? [])])
      workers.push(new WorkerProcess(pathToFileURL(file).href, options.nodeOptions));
    const entrants = await Promise.all(workers.map(introduce));
    const cells = await runCells(plan, entrants, targets, options.onCell);
    return {
      date: new Date().toISOString().slice(0, 10),
      elapsedSeconds: rounded((performance.now() - startedAt) / 1_000, 1),
      machine: {
        node: process.version,
        platform: `${os.platform()} ${os.arch()}`,
        cpus: os.cpus().length,
        cpu: os.cpus()[0]?.model ?? "",
      },
      versions: readVersions(),
      contenders: entrants.map(({ name }) => name),
      rssMb: Object.fromEntries(await Promise.all(entrants.map(weigh))),
      cells,
    };
  } finally {
    await Promise.all([...workers.map((worker) => worker.end()), targets.end()]);
  }
}

async function introduce(worker: WorkerProcess): Promise<Entrant> {
  return { worker, ...(await worker.ask({ type: "hello" })) };
}

async function weigh({ name, worker }: Entrant): Promise<[string, number | null]> {
  const memory = await worker.ask({ type: "memory" }).catch(() => null);
  return [name, memory && rounded(memory.rssBytes / 1e6, 1)];
}

async function runCells(
  plan: Plan,
  entrants: readonly Entrant[],
  targets: Targets,
  onCell: BenchOptions["onCell"],
): Promise<CellReport[]> {
  const reports: CellReport[] = [];
  const known = new Set<string>();
  let leftMs = plan.budgetMs;
  for (const [at, cell] of plan.cells.entries()) {
    const target = await targets.of(cell);
    const meeting = `${cell.server} ${cell.transport}`;
    if (!known.has(meeting)) await warmUp(plan, cell, entrants, target);
    known.add(meeting);
    const startedAt = performance.now();
    const contest = new Contest(plan, cell, entrants);
    const results = await contest.run(target, startedAt + leftMs / (plan.cells.length - at));
    leftMs -= performance.now() - startedAt;
    reports.push({ ...cell, results });
    onCell?.(at + 1, plan.cells.length);
  }
  return reports;
}

/** Whoever fails here will fail in the cells, and is asked why there. */
async function warmUp(
  { warmUp: { calls, mostMs }, sliceMs }: Plan,
  { bytes }: Cell,
  entrants: readonly Entrant[],
  target: Target,
): Promise<void> {
  for (const callers of calls > 0 ? [1, 8] : []) {
    for (const { worker } of entrants) {
      try {
        await worker.ask({ type: "connect", target, callers });
        const endsAt = performance.now() + mostMs;
        for (let made = 0; made < calls && performance.now() < endsAt; ) {
          const round = await worker.ask({ type: "run", bytes, callers, sliceMs });
          made += round.latenciesUs.length;
        }
        await worker.ask({ type: "close" });
      } catch {}
    }
  }
}

/** All contenders in one cell. Only one of them is at work at a time. */
class Contest {
  readonly #plan: Plan;
  readonly #cell: Cell;
  readonly #entrants: readonly Entrant[];
  readonly #performances = new Map<string, { connectMs: number; rounds: Round[] }>();
  readonly #failures = new Map<string, Failed>();

  constructor(plan: Plan, cell: Cell, entrants: readonly Entrant[]) {
    this.#plan = plan;
    this.#cell = cell;
    this.#entrants = entrants;
  }

  async run(target: Target, endsAt: number): Promise<Record<string, Measured | Failed>> {
    const { callers } = this.#cell;
    await this.#each(this.#entrants, async ({ name, worker }) => {
      const { ms } = await worker.ask({ type: "connect", target, callers });
      this.#performances.set(name, { connectMs: ms, rounds: [] });
      await this.#slice(worker);
    });
    for (let round = 0; round < this.#plan.rounds; round++) {
      if (round > 0 && performance.now() > endsAt) break;
      // Each round begins with another one, so that nobody always comes after the same neighbour's garbage.
      const first = round % this.#entrants.length;
      const order = [...this.#entrants.slice(first), ...this.#entrants.slice(0, first)];
      await this.#each(order, async ({ name, worker }) => {
        const measured = await this.#slice(worker);
        this.#performances.get(name)?.rounds.push(measured);
      });
    }
    for (const { worker } of this.#entrants) await worker.ask({ type: "close" }).catch(() => {});
    return this.#results();
  }

  #slice(worker: WorkerProcess): Promise<Round> {
    const { bytes, callers } = this.#cell;
    return worker.ask({ type: "run", bytes, callers, sliceMs: this.#plan.sliceMs });
  }

  /** One after the other. Who fails takes no further part. */
  async #each(
    entrants: readonly Entrant[],
    act: (entrant: Entrant) => Promise<void>,
  ): Promise<void> {
    for (const entrant of entrants) {
      const { name } = entrant;
      if (this.#failures.has(name)) continue;
      try {
        await act(entrant);
      } catch (error) {
        this.#failures.set(name, { error: error instanceof Error ? error.message : `${error}` });
      }
    }
  }

  #results(): Record<string, Measured | Failed> {
    const rivals = { sdk: this.#sound("sdk"), bare: this.#sound("bare") };
    const nothing: Failed = { error: "was not measured" };
    const results = this.#entrants.map(({ name }) => {
      const own = this.#sound(name);
      return [name, own ? summarise(own, rivals) : (this.#failures.get(name) ?? nothing)] as const;
    });
    return Object.fromEntries(results);
  }

  #sound(name: string): Performance | undefined {
    return this.#failures.has(name) ? undefined : this.#performances.get(name);
  }
}

function readVersions(): Record<string, string> {
  const versions = ["@modelcontextprotocol/sdk", "undici", "xstate", "zod"].map((name) => {
    const manifest = projectFile(`node_modules/${name}/package.json`);
    return [name, JSON.parse(readFileSync(manifest, "utf8")).version] as const;
  });
  return Object.fromEntries(versions);
}
