import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { TEST_REPORT: report } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/interop/**/*.test.ts"],
    globalSetup: ["test/support/build.ts", "test/interop/support/venv.ts"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    execArgv: ["--conditions=development"],
    maxWorkers: 2,
    testTimeout: 60_000,
    // Starting Python servers takes its time on a busy machine.
    hookTimeout: 120_000,
    retry: 0,
  },
});
