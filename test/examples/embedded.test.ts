import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, expect, test } from "vitest";
import { processesWith } from "../fixtures/processes.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";

beforeAll(expectBuilt);

test("a parent machine runs two connections, and ends with nothing left", async () => {
  const { PATH } = process.env;
  const marker = `embedded-test-${process.pid}-${Math.random()}`;
  const child = spawn(process.execPath, [path.join(projectRoot, "dist/examples/embedded.js")], {
    // By way of PATH the masker inherits it too.
    env: { ...process.env, EMBEDDED_TEST: marker, PATH: `${PATH}:/${marker}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n").sort()).toEqual([
    "both plugins have stopped",
    'clean-up: blocked "SHELL_RECURSIVE_DELETE"',
    'customer: answered {"name":"Nora","email":"n***.*********@example.net","card":"**** **** **** 1881"}',
    'weather: answered "4 °C, light rain"',
  ]);
  expect(stdout.trimEnd().endsWith("both plugins have stopped")).toBe(true);
  expect(processesWith(marker)).toEqual([]);
});
