import { beforeEach, describe, expect, it } from "vitest";
import type { PluginControl } from "../fixtures/control.ts";
import { isAlive } from "../fixtures/processes.ts";
import {
  call,
  failure,
  inState,
  newControl,
  next,
  statesOf,
  stdioPlugin,
} from "./support/harness.ts";

const hold = { do: "treat", what: "invoke_hook", how: "hold" } as const;

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

function runsOf(key: unknown) {
  return control.ledger.filter((run) => run.key === key);
}

describe("a plugin that is killed", () => {
  it("while it is idle runs again, though nobody calls", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const first = await control.started();
    const states = statesOf(plugin);
    const ready = next(plugin, "ready");
    process.kill(first.pid, "SIGKILL");
    expect(await ready).toEqual({ generation: 2 });
    expect(states).toEqual([
      "ready.waiting",
      "closing",
      "reconnecting",
      "spawning",
      "initializing",
      "fetchingConfig",
      "ready.waiting",
    ]);
    const second = await control.started();
    expect(isAlive(second.pid)).toBe(true);
    expect(plugin.status()).toMatchObject({
      generation: 2,
      pid: second.pid,
      lastExit: { code: null, signal: "SIGKILL" },
      lastError: { code: "SESSION_LOST", exit: { code: null, signal: "SIGKILL" } },
      attempt: 1,
    });
    // Only a proof of life gives the attempts back.
    await call(plugin, "a");
    expect(plugin.status().attempt).toBe(0);
  });

  it("in the middle of a call fails that call, and answers those that wait", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const given = failure(call(plugin, "a"));
    const waiting = ["b", "c"].map((key) => call(plugin, key));
    const first = await control.started();
    await first.next("ran");
    control.prepare();
    await first.tell({ do: "write", to: "stderr", text: "out of memory\n" });
    process.kill(first.pid, "SIGKILL");
    expect(await given).toMatchObject({
      code: "SESSION_LOST",
      outcome: "unknown",
      phase: "invoking",
      attempt: 1,
      exit: { code: null, signal: "SIGKILL" },
      stderrTail: "out of memory\n",
    });
    await Promise.all(waiting);
    const { pid } = await control.started();
    expect(control.ledger.map(({ key, pid: ranIn }) => [key, ranIn])).toEqual([
      ["a", first.pid],
      ["b", pid],
      ["c", pid],
    ]);
    expect(plugin.status().stats).toEqual({
      succeeded: 2,
      failed: 1,
      unknown: 1,
      sent: 3,
      replayed: 0,
    });
  });

  it("and has left a process that holds its output, settles its call in under a second", async () => {
    control.prepare(hold, { do: "grandchild", keepStdout: true, ignoreTerm: true });
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const given = failure(call(plugin, "a"));
    const first = await control.started();
    const grandchild = await first.next("grandchild");
    await first.next("ran");
    control.prepare();
    const start = performance.now();
    process.kill(first.pid, "SIGKILL");
    expect(await given).toMatchObject({ code: "SESSION_LOST", outcome: "unknown" });
    expect(performance.now() - start).toBeLessThan(1_000);
    await inState(plugin, "ready.waiting");
    expect(isAlive(grandchild.pid)).toBe(false);
  });

  it("after it was stopped in the middle of a call, runs again when its time is over", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { abandonGraceMs: 150, stopGraceMs: 150 });
    await plugin.initialize();
    const first = await control.started();
    const given = failure(call(plugin, "a", { timeoutMs: 300 }));
    await first.next("ran");
    control.prepare();
    process.kill(first.pid, "SIGSTOP");
    const after = call(plugin, "b");
    expect(await given).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    await after;
    expect(isAlive(first.pid)).toBe(false);
    expect(plugin.status()).toMatchObject({
      generation: 2,
      lastError: { message: expect.stringContaining("is unresponsive") },
    });
  });

  it("right after its answer has given that answer", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const given = call(plugin, "a");
    const first = await control.started();
    await first.next("ran");
    await control.prepare();
    const ready = next(plugin, "ready");
    await first.tell({ do: "release" });
    await first.tell({ do: "die", signal: "SIGKILL" });
    expect(await given).toMatchObject({ metadata: { echo: { key: "a" } } });
    expect(await ready).toEqual({ generation: 2 });
  });

  it("or closes its output, or writes without end, is started anew all the same", async () => {
    const plugin = stdioPlugin(control, { maxMessageBytes: 100_000 });
    await plugin.initialize();
    const ways = [{ do: "closeStdout" }, { do: "flood", to: "stdout", bytes: 500_000 }] as const;
    for (const [nth, way] of ways.entries()) {
      const remote = await control.started();
      await remote.tell(hold);
      const given = failure(call(plugin, nth));
      await remote.next("ran");
      const ready = next(plugin, "ready");
      void remote.tell(way);
      expect(await given).toMatchObject({ outcome: "unknown" });
      expect((await ready).generation).toBe(nth + 2);
    }
    expect(control.survivors).toHaveLength(1);
  });

  it("again and again is left alone for a while", async () => {
    const plugin = stdioPlugin(control, {
      restartLimit: { losses: 2, withinMs: 60_000 },
      random: () => 0.5,
    });
    await plugin.initialize();
    const cooling = next(plugin, "coolingDown");
    for (const generation of [1, 2]) {
      await call(plugin, generation);
      const lost = next(plugin, "stateChange");
      process.kill((await control.started()).pid, "SIGKILL");
      await lost;
      if (generation === 1) await inState(plugin, "ready.waiting");
    }
    const { nextProbeAt, cause } = await cooling;
    expect(nextProbeAt - performance.now()).toBeLessThanOrEqual(1_000);
    expect(nextProbeAt - performance.now()).toBeGreaterThan(0);
    expect(cause).toMatchObject({
      code: "CRASH_LOOP",
      message: expect.stringMatching(
        /^its session was lost 2 times within 60\.0 s \(option restartLimit\): /,
      ),
    });
    const error = await failure(call(plugin, "refused"));
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      outcome: "not_processed",
      cause: { code: "CRASH_LOOP", cause: { code: "SESSION_LOST" } },
    });
    expect(error.message).toMatch(/; the next probe is in \d\.\d s$/);
    expect(plugin.status()).toMatchObject({ state: "coolingDown", nextRetryAt: nextProbeAt });
    // It is looked for by itself.
    expect(await next(plugin, "ready")).toEqual({ generation: 3 });
    expect(runsOf("refused")).toEqual([]);
  });
});

describe("a burst that comes to nothing", () => {
  it("fails the calls that wait, but for those that ask to go on waiting", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { random: () => 0 });
    await plugin.initialize();
    const lost = failure(call(plugin, "a"));
    const impatientCall = failure(call(plugin, "b"));
    const patient = call(plugin, "c", { waitForReady: true });
    const first = await control.started();
    await first.next("ran");
    control.prepare({ do: "exit", code: 7 });
    process.kill(first.pid, "SIGKILL");
    await lost;
    expect(await impatientCall).toMatchObject({
      code: "UNAVAILABLE",
      outcome: "not_processed",
      phase: "queued",
      exit: { code: 7, signal: null },
      cause: {
        code: "RECONNECT_EXHAUSTED",
        message: expect.stringContaining("Failed to reconnect after 3 attempts: "),
        attempt: 3,
        cause: { code: "INITIALIZE_FAILED" },
      },
    });
    expect(plugin.status()).toMatchObject({ state: "coolingDown", queued: 1, attempt: 3 });
    expect(control.starts).toBe(4);
    expect(await failure(call(plugin, "e"))).toMatchObject({ code: "UNAVAILABLE" });
    const late = call(plugin, "f", { waitForReady: true, timeoutMs: 100 });
    expect(await failure(late)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "not_processed",
    });
    control.prepare();
    await patient;
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "c"]);
  });

  it("ends the plugin, if the host wants that", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { onExhausted: "terminate" });
    await plugin.initialize();
    const ended = next(plugin, "terminated");
    const lost = failure(call(plugin, "a"));
    const waiting = failure(call(plugin, "b", { waitForReady: true }));
    const first = await control.started();
    await first.next("ran");
    control.prepare({ do: "exit", code: 7 });
    process.kill(first.pid, "SIGKILL");
    expect(await lost).toMatchObject({ code: "SESSION_LOST" });
    const wait = failure(plugin.waitForReady());
    expect(await waiting).toMatchObject({ code: "UNAVAILABLE", outcome: "not_processed" });
    const error = {
      code: "STOPPED",
      message: expect.stringContaining("could not be reached any more (option onExhausted)"),
      cause: { code: "RECONNECT_EXHAUSTED" },
    };
    expect(await ended).toMatchObject({ reason: "exhausted", error });
    expect(await wait).toMatchObject(error);
    expect(await failure(call(plugin, "c"))).toMatchObject({ ...error, outcome: "not_processed" });
    expect(await failure(plugin.initialize())).toMatchObject({ code: "STOPPED" });
    expect(await failure(plugin.reconnect())).toMatchObject({ code: "STOPPED" });
    expect(plugin.status().state).toBe("terminated");
    expect(control.survivors).toEqual([]);
  });
});
