import { expect, test } from "vitest";
import { runRealPaths } from "./run.ts";

// A few of the paths. `npm run test:model` leads along all of them.
const slowMachineMs = 60_000;

test(
  "a process and its callers do what the model does",
  async () => {
    const report = await runRealPaths({ transports: ["stdio"], sample: 6 });
    expect(report.problems).toEqual([]);
    expect(report.paths).toBeGreaterThan(3);
  },
  slowMachineMs,
);

test(
  "a server and its callers do what the model does",
  async () => {
    const report = await runRealPaths({ transports: ["http"], sample: 10 });
    expect(report.problems).toEqual([]);
    expect(report.paths).toBeGreaterThan(5);
  },
  slowMachineMs,
);
