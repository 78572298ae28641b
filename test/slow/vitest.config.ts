import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { TEST_REPORT: report } = process.env;

/** Needs nothing but Node, but more time than whoever tests while working has. */
export const slow = [
  "test/bench/bench.test.ts",
  "test/examples/interrupts.test.ts",
  "test/examples/plugins/hostile-input.test.ts",
  "test/simulation/broken-builds.test.ts",
];

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: slow,
    globalSetup: ["test/support/build.ts"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    execArgv: ["--conditions=development"],
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 15_000,
    retry: 0,
    restoreMocks: true,
  },
});
