import type { ViteUserConfig } from "vitest/config";

type Options = NonNullable<ViteUserConfig["test"]>;

// .ci/run counts from this file, and sets where it is written.
const { TEST_REPORT: report } = process.env;

/** What all suites have in common. */
export const suite: Options = {
  reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  // Brings XState's warnings about misuse, which its production build leaves out.
  execArgv: ["--conditions=development"],
  maxWorkers: 2,
  testTimeout: 15_000,
  hookTimeout: 15_000,
  retry: 0,
  restoreMocks: true,
};

/** Builds `dist` before the tests. */
export const build = "test/support/build.ts";
