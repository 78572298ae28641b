import { spawnSync } from "node:child_process";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { expectBuilt, projectRoot } from "../support/project.ts";

const script = path.join(projectRoot, "dist/examples/stately-inspect.js");

beforeAll(expectBuilt);

it("shows Stately's inspector the machine and all its steps, and no payload", () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const messages = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const actor = messages.find(
    ({ type, name }) => type === "@xstate.actor" && name === "mcp-tether:PiiMasker",
  );
  expect(JSON.parse(actor.definition)).toMatchObject({
    id: "pluginConnection",
    states: { ready: expect.anything(), coolingDown: expect.anything() },
  });
  const values = messages
    .filter(({ type, sessionId }) => type === "@xstate.snapshot" && sessionId === actor.sessionId)
    .map(({ snapshot }) => JSON.stringify(snapshot.value));
  const steps = values.filter((value, index) => value !== values[index - 1]);
  expect(steps).toEqual([
    '"idle"',
    '"spawning"',
    '"initializing"',
    '"fetchingConfig"',
    '{"ready":"waiting"}',
    '{"ready":"invoking"}',
    '{"ready":"waiting"}',
    '"stopping"',
    '"terminated"',
  ]);
  expect(stdout).toContain("hook.invoke");
  expect(stdout).not.toContain("ada@example.org");
  expect(stdout).not.toContain("mail_send");
});
