import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { TEST_REPORT: report } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    execArgv: ["--conditions=development"],
    maxWorkers: 2,
    testTimeout: 60_000,
    // A browser starts slowly on a busy machine.
    hookTimeout: 60_000,
    retry: 0,
  },
});
