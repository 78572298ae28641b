import { execFile } from "node:child_process";
import path from "node:path";

/** What `npm run simulate -- --json` says, as far as it is of interest here. */
export interface Simulation {
  readonly seeds: number;
  readonly calls: number;
  readonly faults: number;
  readonly violations: number;
  readonly failures: readonly { readonly problems: readonly string[]; readonly replay: string }[];
  readonly unseen: readonly string[];
  /** Of all histories together */
  readonly hash: string;
  readonly seconds: number;
}

/** Runs the simulation of this build, or of another one. */
export function simulate(
  args: readonly string[],
  main: string = path.resolve("dist/test/simulation/main.js"),
): Promise<Simulation> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...args, "--json"], longOutput, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(error ?? new Error(`no report: ${stdout}`));
      }
    });
  });
}

const longOutput = { maxBuffer: 64 * 1024 * 1024 };
