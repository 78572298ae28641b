import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { boundsNamed } from "../machines/exhaustive/bounds.ts";
import { type ExploredReport, exploreAll } from "./explored.ts";
import { type Findings, huntFor } from "./mutants/hunt.ts";
import { type PathsReport, runPaths } from "./paths.ts";

/** What can be computed by itself, on a thread of its own. */
export type Job =
  | { readonly kind: "explore"; readonly bounds: string }
  | { readonly kind: "paths"; readonly bounds: string }
  /** Every mutant whose number leaves this rest */
  | { readonly kind: "mutants"; readonly rest: number; readonly of: number };

export interface JobReports {
  readonly explore: ExploredReport;
  readonly paths: PathsReport;
  readonly mutants: Findings;
}

export type JobReport<T extends Job> = JobReports[T["kind"]];

export function doJob(job: Job): JobReports[keyof JobReports] {
  switch (job.kind) {
    case "explore":
      return exploreAll(boundsNamed(job.bounds));
    case "paths":
      return runPaths(boundsNamed(job.bounds));
    case "mutants":
      return huntFor(job.rest, job.of);
  }
}

/** Does the jobs on as many threads as there are cores, and gives their reports in the order of the jobs. */
export async function doJobs<T extends Job>(jobs: readonly T[]): Promise<JobReport<T>[]> {
  const reports: JobReport<T>[] = [];
  const waiting = [...jobs.entries()];
  const threads = Math.min(availableParallelism(), jobs.length);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, job] = next;
      reports[index] = await doInThread(job);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return reports;
}

function doInThread<T extends Job>(job: T): Promise<JobReport<T>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: job });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread has ended with code ${code}`)));
  });
}
