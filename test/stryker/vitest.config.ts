import { defineConfig } from "vitest/config";

/** The tests that judge mutants: fast ones, without processes or sockets, so that nothing has to be built for them. */
export default defineConfig({
  test: {
    include: [
      "test/machines/*.test.ts",
      "test/models/{commit-context,decode*,encode*,json-*,plain-json,read*,rec*}.test.ts",
      "test/transports/framing.test.ts",
      "test/server/line-reader.test.ts",
      "test/stryker/loads.ts",
    ],
    // The large exploration is too slow. What compares the definition with the table would find any change of it.
    exclude: ["test/machines/{exhaustive,table-complete}.test.ts"],
    setupFiles: ["test/stryker/setup.ts"],
    execArgv: ["--conditions=development"],
    // Modules are loaded once for each mutant instead of once for each file of tests.
    isolate: false,
    testTimeout: 15_000,
    retry: 0,
    restoreMocks: true,
  },
});
