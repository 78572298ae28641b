import { defineConfig } from "vitest/config";
import { build, suite } from "../support/suite.ts";

export default defineConfig({
  test: {
    ...suite,
    include: ["test/browser/**/*.test.ts"],
    globalSetup: [build, "test/browser/support/setup.ts"],
    testTimeout: 60_000,
    // A browser starts slowly on a busy machine.
    hookTimeout: 60_000,
  },
});
