import { defineConfig } from "vitest/config";
import { build, suite } from "../support/suite.ts";

export default defineConfig({
  test: {
    ...suite,
    include: ["test/interop/**/*.test.ts"],
    globalSetup: [build, "test/interop/support/venv.ts"],
    testTimeout: 60_000,
    // Starting Python servers takes its time on a busy machine.
    hookTimeout: 120_000,
  },
});
