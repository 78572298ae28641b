import { defineConfig } from "vitest/config";
import { build, suite } from "../support/suite.ts";

export default defineConfig({
  test: {
    ...suite,
    include: ["test/conformance/**/*.test.ts"],
    globalSetup: [build, "test/conformance/support/install.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
