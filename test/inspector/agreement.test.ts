import { expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import { History } from "../../src/inspector/history.ts";
import { allow } from "../../src/server/index.ts";
import {
  answerWith,
  die,
  garble,
  hang,
  loseSession,
  onOpen,
  refuse,
  rpcError,
  seededRandom,
  simulatePlugin,
  withChance,
} from "../../src/testing/index.ts";
import { Recording } from "./support/recording.ts";

const faults = [
  withChance(0.05, die()),
  withChance(0.03, hang()),
  withChance(0.05, garble()),
  withChance(0.05, answerWith("no answer")),
  withChance(0.05, rpcError()),
  onOpen(2, refuse()),
  onOpen(3, refuse()),
];

const seeds = Array.from({ length: 30 }, (_, index) => index + 1);

/** What has been recorded, against what the plugin says of itself at the same moment. */
function expectAgreement(plugin: ExternalPlugin, { model }: Recording): void {
  const { state, generation, attempt, queued, inFlight, pid, lastExit, lastError, stats } =
    plugin.status();
  expect({
    state: model.state,
    queued: model.queued,
    inFlight: model.inFlight,
    waiting: [...model.calls.values()].filter(({ sentAt }) => sentAt === null).length,
    out: [...model.calls.values()].filter(({ sentAt }) => sentAt !== null).length,
    generation: model.link.generation,
    attempt: model.link.attempt,
    fault: model.link.fault?.code ?? null,
    counts: model.counts,
  }).toEqual({
    state,
    queued,
    inFlight,
    waiting: queued,
    out: inFlight,
    generation,
    attempt,
    fault: lastError?.code ?? null,
    counts: { ok: stats.succeeded, failed: stats.failed, unknown: stats.unknown },
  });
  // Of a process it is only asked when the state changes.
  if (state === "ready.waiting") expect(model.process).toEqual({ pid, exit: lastExit });
}

it.each(seeds)(
  "agrees with the plugin at every moment, whatever goes wrong: seed %i",
  async (seed) => {
    const random = seededRandom(seed);
    const transport = seed % 2 === 0 ? "stdio" : "http";
    const { plugin, world } = simulatePlugin(
      { name: "Guard", hooks: { tool_pre_invoke: () => allow() } },
      {
        transport,
        seed,
        faults: transport === "http" ? [...faults, withChance(0.05, loseSession())] : faults,
        options: { maxInFlight: 1 + (seed % 3), maxQueue: 6, replay: "once", abandonGraceMs: 300 },
      },
    );
    const recording = new Recording(plugin);
    await world.until(plugin.initialize());
    for (let step = 0; step < 120; step += 1) {
      for (let count = Math.floor(random() * 3); count > 0; count -= 1) callSomehow(plugin, random);
      if (random() < 0.02) plugin.reconnect().catch(() => {});
      await world.advance(Math.floor(random() * 40));
      expectAgreement(plugin, recording);
    }
    await world.until(plugin.shutdown());
    expectAgreement(plugin, recording);
    expect(recording.model).toMatchObject({ state: "terminated", queued: 0, inFlight: 0 });
    expect(recording.steps.length).toBeGreaterThan(100);
    // A page that joins late is told the same.
    const late = new History(1_000);
    for (const record of recording.records) late.add(record);
    expect(late.model.get(1)).toEqual(recording.model);
  },
);

function callSomehow(plugin: ExternalPlugin, random: () => number): void {
  const context = {
    state: {},
    metadata: {},
    global_context: { request_id: "r", state: {}, metadata: {} },
  };
  const given = new AbortController();
  plugin
    .invokeHook("tool_pre_invoke", { name: "search", args: {} }, context, {
      timeoutMs: 1 + Math.floor(random() * 400),
      waitForReady: random() < 0.5,
      signal: given.signal,
    })
    .catch(() => {});
  if (random() < 0.1) given.abort();
}
