import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ExternalPlugin } from "../../../src/external-plugin.ts";
import { eventually } from "../../server/support/eventually.ts";
import { type Clients, failureOf, fullContext } from "./clients.ts";
import type { HttpSite } from "./site.ts";

const quick = { name: "t", args: { ms: 1 } };

/** A server that goes away, and comes back at the same address. */
export function testRestarts(clients: Clients, site: () => HttpSite, folder: () => string): void {
  test("a server that was restarted while idle: the next call goes to a new session", async () => {
    const plugin = await clients.started("Slow");
    const before = plugin.status();
    await site().restart("SIGTERM");
    const { metadata } = await plugin.invokeHook("tool_pre_invoke", quick, fullContext({}));
    expect(metadata).toMatchObject({ slept_ms: 1 });
    expect(plugin.status().generation).toBe(before.generation + 1);
    expect(plugin.status().sessionId).not.toBe(before.sessionId);
  });

  test("a server that is killed: calls with it are in doubt, those that wait go to the next", async () => {
    const plugin = await clients.started("Slow", { maxInFlight: 4 });
    const losses = lossesOf(plugin);
    await expectLoss(plugin, path.join(folder(), "begun"), 4, () => site().restart("SIGKILL"));
    // However many calls have noticed it.
    expect(losses()).toBe(1);
  });
}

/** A process that ends. */
export function testDeaths(clients: Clients, folder: () => string): void {
  test("a process that dies while idle is replaced before it is needed", async () => {
    const plugin = await clients.started("Slow");
    const ready = new Promise<void>((resolve) => plugin.on("ready", () => resolve()));
    kill(plugin);
    await ready;
    expect(plugin.status()).toMatchObject({
      state: "ready.waiting",
      generation: 2,
      lastExit: { code: null, signal: "SIGKILL" },
    });
    await plugin.invokeHook("tool_pre_invoke", quick, fullContext({}));
  });

  test("a process that is killed: calls with it are in doubt, those that wait go to the next", async () => {
    const plugin = await clients.started("Slow", { maxInFlight: 4 });
    const losses = lossesOf(plugin);
    await expectLoss(plugin, path.join(folder(), "begun"), 4, async () => kill(plugin));
    expect(losses()).toBe(1);
  });

  test("a process that ends in a call: its exit is told, and the call not made again", async () => {
    const plugin = await clients.started("Die");
    const once = path.join(folder(), "once");
    const payload = { name: "t", args: { once } };
    const failed = plugin.invokeHook("tool_pre_invoke", payload, fullContext({}));
    expect(await failureOf(failed)).toMatchObject({
      code: "SESSION_LOST",
      outcome: "unknown",
      exit: { code: 3, signal: null },
    });
    expect(await readFile(once, "utf8")).toBe("died\n");
    const { continue_processing } = await plugin.invokeHook(
      "tool_pre_invoke",
      payload,
      fullContext({}),
    );
    expect(continue_processing).toBe(true);
  });
}

async function expectLoss(
  plugin: ExternalPlugin,
  notes: string,
  inFlight: number,
  lose: () => Promise<void>,
): Promise<void> {
  const context = fullContext({ state: { mine: 1 } });
  const slow = { name: "t", args: { ms: 60_000, notes } };
  const out = Array.from({ length: inFlight }, () =>
    failureOf(plugin.invokeHook("tool_pre_invoke", slow, context)),
  );
  const waiting = Array.from({ length: inFlight }, () =>
    plugin.invokeHook("tool_pre_invoke", quick, fullContext({}), { waitForReady: true }),
  );
  const arrived = "begun\n".repeat(inFlight);
  await eventually(async () => (await readFile(notes, "utf8").catch(() => "")) === arrived);
  await lose();
  for (const failure of await Promise.all(out))
    expect(failure).toMatchObject({ code: "SESSION_LOST", outcome: "unknown" });
  expect(context).toEqual(fullContext({ state: { mine: 1 } }));
  for (const { metadata } of await Promise.all(waiting))
    expect(metadata).toMatchObject({ slept_ms: 1 });
}

function lossesOf(plugin: ExternalPlugin): () => number {
  let losses = 0;
  plugin.on("stateChange", ({ from, to }) => {
    if (from.startsWith("ready.") && !to.startsWith("ready.")) losses++;
  });
  return () => losses;
}

function kill(plugin: ExternalPlugin): void {
  const { pid } = plugin.status();
  if (pid === null) throw new Error("expected a process");
  process.kill(pid, "SIGKILL");
}
