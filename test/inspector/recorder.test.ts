import { beforeEach, describe, expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import {
  call,
  failure,
  inState,
  newControl,
  next,
  stdioPlugin,
} from "../external-plugin/support/harness.ts";
import type { PluginControl } from "../fixtures/control.ts";
import { Recording } from "./support/recording.ts";

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

/** What the recording says must be what the plugin itself says. */
function expectAgreement(plugin: ExternalPlugin, { model }: Recording): void {
  const { state, generation, attempt, queued, inFlight, pid, lastExit, lastError, stats } =
    plugin.status();
  expect(model).toMatchObject({
    state,
    queued,
    inFlight,
    link: {
      generation,
      attempt,
      fault: lastError && { code: lastError.code, phase: lastError.phase },
    },
    process: { pid, exit: lastExit },
    counts: { ok: stats.succeeded, failed: stats.failed, unknown: stats.unknown },
  });
  expect(model.calls.size).toBe(queued + inFlight);
}

describe("what is recorded", () => {
  it("is every step of a start, with the transitions that were taken", async () => {
    const plugin = stdioPlugin(control);
    const recording = new Recording(plugin);
    await plugin.initialize();
    expect(recording.records[0]).toMatchObject({
      kind: "attached",
      name: "Guard",
      transport: "stdio",
      state: "idle",
      maxInFlight: 1,
    });
    expect(recording.steps.map(({ event, edges, state }) => [event, edges, state])).toEqual([
      ["plugin.start", ["idle/plugin.start/0"], "spawning"],
      ["session.opened", ["spawning/session.opened/0"], "initializing"],
      ["session.initialized", ["initializing/session.initialized/0"], "fetchingConfig"],
      ["session.configured", ["fetchingConfig/session.configured/2"], "ready.waiting"],
    ]);
    expectAgreement(plugin, recording);
  });

  it("follows calls from the door through the queue to their ends", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    const recording = new Recording(plugin);
    await plugin.initialize();
    const child = await control.started();
    const calls = [call(plugin, "a"), call(plugin, "b")];
    await child.next("ran");
    expect([...recording.model.calls.values()]).toMatchObject([
      { hook: "tool_pre_invoke", sentAt: expect.any(Number), sends: 1 },
      { hook: "tool_pre_invoke", sentAt: null, sends: 0 },
    ]);
    expectAgreement(plugin, recording);
    await child.tell({ do: "release" });
    await child.next("ran");
    await child.tell({ do: "release" });
    await Promise.all(calls);
    const ends = recording.steps.flatMap(({ settled = [] }) => settled);
    expect(ends).toMatchObject([
      { ok: true, sends: 1, queuedAt: expect.any(Number), sentAt: expect.any(Number) },
      { ok: true, sends: 1 },
    ]);
    const [first, second] = ends;
    // It could not be sent before the first one was answered.
    expect(second?.sentAt).toBeGreaterThan(Number(first?.sentAt));
    expect(recording.model.latencies).toHaveLength(2);
    expectAgreement(plugin, recording);
  });

  it("has the process that was killed, the call that was lost with it, and the way back", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    const recording = new Recording(plugin);
    await plugin.initialize();
    const child = await control.started();
    const lost = failure(call(plugin, "a"));
    await child.next("ran");
    const ready = next(plugin, "ready");
    await child.tell({ do: "die", signal: "SIGKILL" });
    await lost;
    await ready;
    expect(recording.steps.find(({ settled }) => settled)?.settled).toMatchObject([
      { ok: false, code: "SESSION_LOST", outcome: "unknown" },
    ]);
    expect(recording.steps.map(({ process }) => process?.exit?.signal)).toContain("SIGKILL");
    expect(recording.model.trail.map(({ to }) => to)).toEqual(
      expect.arrayContaining(["closing", "reconnecting", "spawning", "ready.waiting"]),
    );
    expectAgreement(plugin, recording);
  });

  it("knows a call that its caller has given up and the plugin has not", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control, { abandonGraceMs: 60_000 });
    const recording = new Recording(plugin);
    await plugin.initialize();
    const child = await control.started();
    const controller = new AbortController();
    const given = failure(call(plugin, "a", { signal: controller.signal }));
    await child.next("ran");
    controller.abort();
    await given;
    expect([...recording.model.calls.values()]).toMatchObject([{ abandoned: true, sends: 1 }]);
    expectAgreement(plugin, recording);
    await child.tell({ do: "release" });
    await inState(plugin, "ready.waiting");
    expect(recording.model.calls.size).toBe(0);
    expectAgreement(plugin, recording);
  });

  it("has calls that are refused at the door", async () => {
    const plugin = stdioPlugin(control);
    const recording = new Recording(plugin);
    await failure(call(plugin, "a"));
    expect(recording.steps).toMatchObject([
      {
        event: "hook.invoke",
        edges: ["idle/hook.invoke/2"],
        settled: [{ ok: false, code: "NOT_STARTED", outcome: "not_processed", queuedAt: null }],
      },
    ]);
  });

  it("goes on with the new actor after a start that has failed", async () => {
    control.prepare({ do: "exit", code: 3 });
    const plugin = stdioPlugin(control, { lazy: true });
    const recording = new Recording(plugin);
    const terminated = next(plugin, "terminated");
    await failure(plugin.initialize());
    await terminated;
    expect(recording.model).toMatchObject({ state: "terminated" });
    control.prepare();
    await call(plugin, "a");
    expect(recording.model).toMatchObject({
      state: "ready.waiting",
      counts: { ok: 1, failed: 0 },
      link: { generation: 1 },
    });
    expect(recording.steps.filter(({ state }) => state === "spawning")).toHaveLength(2);
    expect(recording.model.calls.size).toBe(0);
  });

  it("begins in the middle where the plugin has been running", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const child = await control.started();
    const calls = [call(plugin, "a"), call(plugin, "b")];
    await child.next("ran");
    const recording = new Recording(plugin);
    expect(recording.records).toMatchObject([
      { kind: "attached", state: "ready.invoking", queued: 1, inFlight: 1 },
    ]);
    expect(recording.model.calls.size).toBe(2);
    await child.tell({ do: "release" });
    await child.next("ran");
    await child.tell({ do: "release" });
    await Promise.all(calls);
    expect(recording.model.calls.size).toBe(0);
    expectAgreement(plugin, recording);
  });

  it("ends with the detachment, and harms nobody", async () => {
    const plugin = stdioPlugin(control);
    const recording = new Recording(plugin);
    await plugin.initialize();
    recording.detach();
    recording.detach();
    const count = recording.records.length;
    expect(recording.records.at(-1)).toMatchObject({ kind: "detached" });
    await call(plugin, "a");
    expect(recording.records).toHaveLength(count);
    expect(recording.model.isAttached).toBe(false);
  });
});
