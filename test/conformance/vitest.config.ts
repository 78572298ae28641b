import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { TEST_REPORT: report } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/conformance/**/*.test.ts"],
    globalSetup: ["test/support/build.ts", "test/conformance/support/install.ts"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
