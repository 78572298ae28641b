// What the simulation has found, each in the shortest form that shows it.
import { expect, test } from "vitest";
import {
  at,
  die,
  freeze,
  onCall,
  onOpen,
  status,
  type WorldEvent,
} from "../../src/testing/index.ts";
import { ask, fail, guard, newContext, start } from "./support/guard.ts";

test("a reconnect during an opening is over when that session is ready", async () => {
  const { plugin, world } = await start({ faults: [at(1_000, die())], openMs: 200 });
  await world.advance(1_050 - world.clock.now());
  expect(plugin.status().state).toBe("spawning");
  await world.until(plugin.reconnect(), 1_000);
  expect(plugin.status()).toMatchObject({ state: "ready.waiting", generation: 2 });
});

test("what is opened by a call waits until nothing is left of a start that was given up", async () => {
  const { plugin, world } = guard({
    faults: [onOpen(1, freeze())],
    options: { lazy: true, stopGraceMs: 1_000 },
  });
  const abort = new AbortController();
  const starting = fail(plugin.initialize({ signal: abort.signal }));
  await world.advance(100);
  abort.abort();
  expect(await world.until(starting)).toMatchObject({ code: "ABORTED" });
  expect(await ask({ plugin, world })).toBe("allowed");
  const lives = world.events.filter(isOfProcess).map(({ type, id }) => `${type} ${id}`);
  expect(lives).toEqual(["opened 1", "closed 1", "opened 2"]);
});

test("a refusal of the second send does not say that the first one was not processed", async () => {
  const faults = [onCall(1, die()), onCall(2, status(429, { headers: { "retry-after": "2" } }))];
  const options = { replay: "once" } as const;
  const { plugin, world } = await start({ transport: "http", faults, options });
  const call = plugin.invokeHook("tool_pre_invoke", { name: "search" }, newContext());
  expect(await fail(world.until(call))).toMatchObject({
    code: "RATE_LIMITED",
    outcome: "unknown",
    retryAfterMs: 2_000,
  });
  expect(world.events.filter(({ type }) => type === "started")).toHaveLength(1);
});

test("a refusal of the second send says so where the first one has not arrived", async () => {
  const faults = [onCall(1, status(404)), onCall(2, status(429))];
  const { plugin, world } = await start({ transport: "http", faults });
  const call = plugin.invokeHook("tool_pre_invoke", { name: "search" }, newContext());
  expect(await fail(world.until(call))).toMatchObject({
    code: "RATE_LIMITED",
    outcome: "not_processed",
  });
  expect(plugin.status()).toMatchObject({ generation: 2, stats: { sent: 2, replayed: 1 } });
});

function isOfProcess(event: WorldEvent): event is Extract<WorldEvent, { id: number }> {
  return "what" in event && event.what === "process";
}
