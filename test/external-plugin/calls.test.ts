import { beforeEach, describe, expect, it } from "vitest";
import type { HookType } from "../../src/hooks/hook-payloads.ts";
import type { PluginControl } from "../fixtures/control.ts";
import { call, failure, newContext, newControl, payload, stdioPlugin } from "./support/harness.ts";

const hold = { do: "treat", what: "invoke_hook", how: "hold" } as const;

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

function ranKeys(): unknown[] {
  return control.ledger.map(({ key }) => key);
}

describe("calls", () => {
  it("are with the plugin one at a time, in the order in which they were made", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const results = ["a", "b", "c"].map((key) => call(plugin, key));
    const process = await control.started();
    for (const [nth, key] of ["a", "b", "c"].entries()) {
      await process.next("ran");
      expect(ranKeys()).toEqual(["a", "b", "c"].slice(0, nth + 1));
      expect(plugin.status()).toMatchObject({
        state: "ready.invoking",
        inFlight: 1,
        queued: 2 - nth,
      });
      await process.tell({ do: "release" });
      expect(await results[nth]).toMatchObject({ metadata: { echo: { key } } });
    }
    expect(plugin.status()).toMatchObject({
      state: "ready.waiting",
      inFlight: 0,
      stats: { succeeded: 3, failed: 0, unknown: 0, sent: 3, replayed: 0 },
    });
  });

  it("are with the plugin as many at a time as maxInFlight says", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { maxInFlight: 2 });
    await plugin.initialize();
    const results = ["a", "b", "c"].map((key) => call(plugin, key));
    const process = await control.started();
    const first = await process.next("ran");
    await process.next("ran");
    expect(plugin.status()).toMatchObject({ inFlight: 2, queued: 1 });
    await process.tell({ do: "release", ids: [first.id] });
    expect(await results[0]).toMatchObject({ metadata: { echo: { key: "a" } } });
    await process.next("ran");
    expect(plugin.status()).toMatchObject({ inFlight: 2, queued: 0 });
    await process.tell({ do: "release" });
    await Promise.all(results);
    expect(ranKeys()).toEqual(["a", "b", "c"]);
  });

  it("keep their order, however many there are", async () => {
    const plugin = stdioPlugin(control, { maxInFlight: 4 });
    await plugin.initialize();
    const keys = Array.from({ length: 300 }, (_, key) => key);
    await Promise.all(keys.map((key) => call(plugin, key)));
    expect(ranKeys()).toEqual(keys);
  });

  it("are made during the start wait for its end", async () => {
    const plugin = stdioPlugin(control);
    const started = plugin.initialize();
    const results = Promise.all(["a", "b"].map((key) => call(plugin, key)));
    expect(plugin.status()).toMatchObject({ queued: 0 });
    await started;
    await results;
    expect(ranKeys()).toEqual(["a", "b"]);
  });

  it("take payload and context as they are at the call", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const given = payload("a", { list: [1] });
    const context = newContext();
    const result = plugin.invokeHook("tool_pre_invoke", given, context);
    given.name = "changed";
    given.args = {};
    context.state = { changed: true };
    expect(await result).toMatchObject({
      metadata: { echo: { key: "a", name: "search", args: { list: [1] } } },
    });
    // What comes back is what was sent.
    expect(context.state).toEqual({ before: true });
  });

  it("of a plugin that was not started are refused", async () => {
    const plugin = stdioPlugin(control);
    const error = await failure(call(plugin, "a"));
    expect(error).toMatchObject({ code: "NOT_STARTED", outcome: "not_processed", plugin: "Guard" });
    expect(error.message).toContain("Plugin session not initialized");
    expect(error.message).toContain("initialize()");
    expect(control.starts).toBe(0);
  });

  it("of a plugin that was shut down are refused", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    await plugin.shutdown();
    expect(await failure(call(plugin, "a"))).toMatchObject({
      code: "STOPPED",
      outcome: "not_processed",
    });
    expect(ranKeys()).toEqual([]);
  });

  it("of hooks that do not exist are refused", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    for (const hook of ["no_such_hook", "toString", "__proto__", ""]) {
      const result = plugin.invokeHook(hook as HookType, payload("a"), newContext());
      expect(await failure(result)).toMatchObject({
        code: "HOOK_UNKNOWN",
        outcome: "not_processed",
        message: `Hook type '${hook}' not registered in hook registry`,
      });
    }
    expect(ranKeys()).toEqual([]);
  });

  it("may be made, and the plugin shut down, from where a result arrives", async () => {
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const ended: Promise<void>[] = [];
    await call(plugin, "a").then(() => {
      ended.push(plugin.shutdown());
    });
    await ended[0];
    expect(plugin.status().state).toBe("terminated");
  });
});

describe("the queue", () => {
  it("refuses a call more than maxQueue", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { maxQueue: 2 });
    await plugin.initialize();
    const results = ["a", "b", "c"].map((key) => call(plugin, key));
    const error = await failure(call(plugin, "d"));
    expect(error).toMatchObject({ code: "QUEUE_FULL", outcome: "not_processed", phase: "queued" });
    expect(error.message).toContain("it holds 2 calls or");
    const process = await control.started();
    await process.tell({ ...hold, how: "answer" });
    await process.next("ran");
    await process.tell({ do: "release" });
    await Promise.all(results);
    expect(ranKeys()).toEqual(["a", "b", "c"]);
  });

  it("refuses more bytes than maxQueueBytes, and takes a smaller call", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { maxQueueBytes: 1_000 });
    await plugin.initialize();
    const invoke = (key: string, bytes: number) =>
      plugin.invokeHook("tool_pre_invoke", payload(key, { text: "x".repeat(bytes) }), newContext());
    const results = [invoke("a", 5_000), invoke("b", 500)];
    expect(await failure(invoke("c", 500))).toMatchObject({
      code: "QUEUE_FULL",
      message: expect.stringContaining("1000 bytes (options maxQueue, maxQueueBytes)"),
    });
    results.push(invoke("d", 10));
    const process = await control.started();
    await process.tell({ ...hold, how: "answer" });
    await process.next("ran");
    await process.tell({ do: "release" });
    await Promise.all(results);
    expect(ranKeys()).toEqual(["a", "b", "d"]);
  });

  it("may have no room at all", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { maxQueue: 0 });
    await plugin.initialize();
    const result = call(plugin, "a");
    expect(await failure(call(plugin, "b"))).toMatchObject({ code: "QUEUE_FULL" });
    const process = await control.started();
    await process.next("ran");
    await process.tell({ do: "release" });
    await result;
  });
});
