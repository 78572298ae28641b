/** Needs nothing but Node, but more time than whoever tests while working has. */
export const slowFiles = [
  "test/bench/bench.test.ts",
  "test/cli/main.test.ts",
  "test/examples/inspect.test.ts",
  "test/examples/interrupts.test.ts",
  "test/examples/plugins/hostile-input.test.ts",
  "test/host/ask.test.ts",
  "test/package.test.ts",
  "test/simulation/broken-builds.test.ts",
];
