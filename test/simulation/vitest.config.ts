import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { TEST_REPORT: report } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/simulation/broken-builds.test.ts"],
    globalSetup: ["test/support/build.ts"],
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    retry: 0,
  },
});
