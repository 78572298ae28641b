import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { createWebSocketReceiver } from "@statelyai/inspect";
import { createInspectorServer } from "@statelyai/inspect/server";
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

it("sends the same to Stately's own server, for whoever looks on there", async () => {
  const port = await freePort();
  const url = `ws://localhost:${port}`;
  const server = createInspectorServer({ port, autoOpen: false });
  try {
    const example = spawn(process.execPath, [script, url], { stdio: "inherit" });
    expect(await once(example, "exit")).toEqual([0, null]);
    const seen = await new Promise((resolve) => {
      createWebSocketReceiver({ server: url }).subscribe((event) => {
        if (event.type === "@xstate.actor" && event.name === "mcp-tether:PiiMasker")
          resolve(event.name);
      });
    });
    expect(seen).toBe("mcp-tether:PiiMasker");
  } finally {
    server.stop();
  }
});

it("says so when nothing is there to be shown it", async () => {
  const url = `ws://localhost:${await freePort()}`;
  const { stderr, status } = spawnSync(process.execPath, [script, url], { encoding: "utf8" });
  expect([status, stderr]).toEqual([
    1,
    `Nothing answers at ${url}: start createInspectorServer() first\n`,
  ]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
