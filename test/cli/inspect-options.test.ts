import { expect, it } from "vitest";
import { readInspectOptions } from "../../src/cli/inspect-options.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

it("has defaults that open nothing and allow nothing", () => {
  expect(readInspectOptions(["--demo"])).toEqual({
    source: { kind: "demo" },
    port: 0,
    allowControl: false,
    open: false,
  });
  expect(
    readInspectOptions(["--config", "x.yaml", "--port", "80", "--allow-control", "--open"]),
  ).toEqual({
    source: { kind: "config", file: "x.yaml" },
    port: 80,
    allowControl: true,
    open: true,
  });
  expect(readInspectOptions(["--trace", "x.jsonl"]).source).toEqual({
    kind: "trace",
    file: "x.jsonl",
  });
});

it.each([
  [[], "Name one thing to inspect"],
  [["--demo", "--config", "x.yaml"], "Name one thing to inspect"],
  [["--trace", "x.jsonl", "--demo"], "Name one thing to inspect"],
  [["--trace", "x.jsonl", "--allow-control"], "the past cannot be steered"],
  [["--demo", "--port", "70000"], "--port must be a number"],
  [["--demo", "--port", "-1"], "--port"],
  [["--demo", "--prot", "1"], "Unknown option '--prot'"],
  [["--demo", "more"], "Unexpected argument 'more'"],
])("refuses what makes no sense: %j", (args, message) => {
  const read = () => readInspectOptions(args);
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});
