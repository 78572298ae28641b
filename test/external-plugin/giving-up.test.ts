import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import type { PluginControl } from "../fixtures/control.ts";
import {
  call,
  failure,
  inState,
  newContext,
  newControl,
  next,
  payload,
  stdioPlugin,
} from "./support/harness.ts";

const hold = { do: "treat", what: "invoke_hook", how: "hold" } as const;

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

interface HookCancel {
  readonly type: string;
  readonly ids?: readonly number[];
}

function ranKeys(): unknown[] {
  return control.ledger.map(({ key }) => key);
}

describe("an abort", () => {
  it("before the call sends nothing", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const error = await failure(call(plugin, "a", { signal: AbortSignal.abort("why") }));
    expect(error).toMatchObject({ code: "ABORTED", outcome: "not_processed", cause: "why" });
    expect(plugin.status()).toMatchObject({ queued: 0, inFlight: 0 });
    expect(ranKeys()).toEqual([]);
  });

  it("by what the payload does while it is read sends nothing", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const controller = new AbortController();
    const args = {
      get sly() {
        controller.abort();
        return 1;
      },
    };
    const result = plugin.invokeHook("tool_pre_invoke", payload("a", args), newContext(), {
      signal: controller.signal,
    });
    expect(await failure(result)).toMatchObject({ code: "ABORTED", outcome: "not_processed" });
    await call(plugin, "b");
    expect(ranKeys()).toEqual(["b"]);
  });

  it("in the queue takes the call out, and leaves the others in their order", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const controller = new AbortController();
    const first = call(plugin, "a");
    const before = call(plugin, "b");
    const given = failure(call(plugin, "c", { signal: controller.signal }));
    const after = call(plugin, "d");
    const process = await control.started();
    await process.next("ran");
    controller.abort(new Error("gone"));
    expect(await given).toMatchObject({
      code: "ABORTED",
      outcome: "not_processed",
      phase: "queued",
      cause: new Error("gone"),
    });
    await process.tell({ ...hold, how: "answer" });
    await process.tell({ do: "release" });
    await Promise.all([first, before, after]);
    expect(ranKeys()).toEqual(["a", "b", "d"]);
  });

  it("of many at once is one step for all of them", async () => {
    control.prepare(hold);
    const cancelled: unknown[] = [];
    const inspect = ({ type, event }: { type: string; event?: HookCancel }): void => {
      if (type === "@xstate.event" && event?.type === "hook.cancel") cancelled.push(event.ids);
    };
    const plugin = stdioPlugin(control, { inspect: inspect as (event: unknown) => void });
    await plugin.initialize();
    const controller = new AbortController();
    const { signal } = controller;
    const given = Array.from({ length: 300 }, (_, key) => failure(call(plugin, key, { signal })));
    await (await control.started()).next("ran");
    controller.abort();
    const outcomes = (await Promise.all(given)).map(({ code, outcome }) => `${code} ${outcome}`);
    expect(outcomes[0]).toBe("ABORTED unknown");
    expect(new Set(outcomes.slice(1))).toEqual(new Set(["ABORTED not_processed"]));
    expect(cancelled).toHaveLength(1);
    expect(new Set(cancelled.flat()).size).toBe(300);
  });

  it("makes room for the next call of the same tick", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { maxQueue: 1 });
    await plugin.initialize();
    const controller = new AbortController();
    const first = call(plugin, "a");
    const process = await control.started();
    await process.next("ran");
    const given = failure(call(plugin, "b", { signal: controller.signal }));
    controller.abort();
    const after = call(plugin, "c");
    expect(await given).toMatchObject({ code: "ABORTED", outcome: "not_processed" });
    await process.tell({ ...hold, how: "answer" });
    await process.tell({ do: "release" });
    await Promise.all([first, after]);
    expect(ranKeys()).toEqual(["a", "c"]);
  });

  it("reaches the plugin before a shutdown of the same tick, which says otherwise", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const controller = new AbortController();
    const given = ["a", "b"].map((key) =>
      failure(call(plugin, key, { signal: controller.signal })),
    );
    await (await control.started()).next("ran");
    controller.abort();
    const shutdown = plugin.shutdown();
    for (const error of await Promise.all(given)) expect(error.code).toBe("ABORTED");
    await shutdown;
  });

  it("in flight answers its caller at once, tells the plugin, and keeps the slot", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const controller = new AbortController();
    const context = newContext();
    const given = failure(
      plugin.invokeHook("tool_pre_invoke", payload("a"), context, { signal: controller.signal }),
    );
    const after = call(plugin, "b");
    const process = await control.started();
    const request = await process.next("ran");
    controller.abort("enough");
    expect(await given).toMatchObject({
      code: "ABORTED",
      outcome: "unknown",
      phase: "invoking",
      attempt: 1,
      cause: "enough",
    });
    const cancelled = await process.next("notification", ({ method }) => method.includes("cancel"));
    expect(cancelled.params).toMatchObject({ requestId: request.id });
    expect(plugin.status()).toMatchObject({ inFlight: 1, queued: 1 });
    expect(ranKeys()).toEqual(["a"]);
    // The answer comes, too late for its caller, and the slot is free.
    context.state = { mine: true };
    await process.tell({ ...hold, how: "answer" });
    await process.tell({ do: "release" });
    await after;
    expect(ranKeys()).toEqual(["a", "b"]);
    expect(context.state).toEqual({ mine: true });
    expect(plugin.status()).toMatchObject({
      generation: 1,
      stats: { succeeded: 1, failed: 1, unknown: 1 },
    });
  });

  it("that the plugin never answers costs it the session after abandonGraceMs", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { abandonGraceMs: 150 });
    await plugin.initialize();
    const controller = new AbortController();
    const given = failure(call(plugin, "a", { signal: controller.signal }));
    const after = call(plugin, "b");
    const process = await control.started();
    await process.next("ran");
    control.prepare();
    const lost = next(plugin, "reconnecting");
    controller.abort();
    await given;
    expect(await lost).toMatchObject({
      cause: {
        code: "SESSION_LOST",
        message: expect.stringContaining("is unresponsive"),
      },
    });
    expect(await after).toMatchObject({ metadata: { echo: { key: "b" } } });
    expect(plugin.status().generation).toBe(2);
    expect(ranKeys()).toEqual(["a", "b"]);
    await process.disconnected;
  });

  it("leaves no listener behind, whatever number of calls had the signal", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warn);
    const plugin = stdioPlugin(control, { maxInFlight: 64, maxQueue: 10_000 });
    await plugin.initialize();
    const { signal } = new AbortController();
    const calls = Array.from({ length: 10_000 }, (_, key) => call(plugin, key, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });
});

describe("a deadline", () => {
  it("in the queue says behind what the call has waited", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const first = call(plugin, "a");
    const second = call(plugin, "b");
    const error = await failure(call(plugin, "c", { timeoutMs: 300 }));
    expect(error).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "not_processed",
      phase: "queued",
    });
    expect(error.message).toMatch(
      /^Plugin Guard did not answer tool_pre_invoke within 0\.3 s: queued \d\.\d s behind 2 calls; maxInFlight is 1$/,
    );
    const process = await control.started();
    await process.tell({ ...hold, how: "answer" });
    await process.tell({ do: "release" });
    await Promise.all([first, second]);
    expect(ranKeys()).toEqual(["a", "b"]);
  });

  it("in flight says that nobody knows", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { timeouts: { callMs: 200 } });
    await plugin.initialize();
    const start = performance.now();
    const error = await failure(call(plugin, "a"));
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(error).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "unknown",
      phase: "invoking",
      message:
        "Plugin Guard did not answer tool_pre_invoke within 0.2 s: the call was with the plugin",
    });
    expect(plugin.status()).toMatchObject({ state: "ready.invoking", inFlight: 1 });
    const process = await control.started();
    await process.tell({ do: "release" });
    await inState(plugin, "ready.waiting");
    expect(plugin.status().generation).toBe(1);
  });

  it("runs while the plugin is being started", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "ignore" });
    const plugin = stdioPlugin(control);
    const started = failure(plugin.initialize());
    expect(await failure(call(plugin, "a", { timeoutMs: 50 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "not_processed",
    });
    await plugin.shutdown();
    await started;
  });

  it("does not win over an answer that is in the pipe already", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const result = call(plugin, "a", { timeoutMs: 700 });
    const process = await control.started();
    await process.next("ran");
    void process.tell({ do: "release" });
    // This process does nothing for longer than the call may take, and the answer arrives meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
    expect(await result).toMatchObject({ continue_processing: true });
  });

  it("that no timer can wait is refused", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "5" as never]) {
      expect(await failure(call(plugin, "a", { timeoutMs }))).toMatchObject({
        code: "CONFIG_INVALID",
        issues: [{ path: "timeoutMs", message: expect.stringContaining("milliseconds from 1 to") }],
      });
    }
    expect(ranKeys()).toEqual([]);
  });
});
