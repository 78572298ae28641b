import { expect, test } from "vitest";

// Stryker sees no tests in a file that cannot be loaded, and would take a mutant that stops all of them for one which
// survives them all.
test.each([
  ["machines", () => import("../../machines/index.ts")],
  ["the encoder", () => import("../../src/models/encode.ts")],
  ["the decoder", () => import("../../src/models/decode.ts")],
  ["the reader of the server", () => import("../../src/server/stdio/line-reader.ts")],
  ["the framing of the client", () => import("../../src/transports/framing.ts")],
])("%s: loaded", async (_, load) => {
  expect(Object.keys(await load())).not.toEqual([]);
});
