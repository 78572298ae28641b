import { beforeEach, describe, expect, it } from "vitest";
import type { PluginControl } from "../fixtures/control.ts";
import {
  call,
  failure,
  httpConfig,
  impatient,
  inState,
  newControl,
  newPlugin,
  next,
  stdioPlugin,
} from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

const hold = { do: "treat", what: "invoke_hook", how: "hold" } as const;

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

function runsOf(key: unknown) {
  return control.ledger.filter((run) => run.key === key);
}

describe("replay", () => {
  it("'once' sends a call of unknown outcome again, with the same key", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { replay: "once" });
    await plugin.initialize();
    const given = call(plugin, "a", { idempotencyKey: "key-1" });
    const first = await control.started();
    await first.next("ran");
    control.prepare();
    process.kill(first.pid, "SIGKILL");
    expect(await given).toMatchObject({ metadata: { echo: { key: "a" } } });
    expect(runsOf("a").map(({ meta }) => meta)).toEqual(
      [1, 2].map((attempt) => ({
        "mcp-tether/idempotencyKey": "key-1",
        "mcp-tether/attempt": attempt,
      })),
    );
    expect(plugin.status().stats).toMatchObject({ succeeded: 1, failed: 0, sent: 2, replayed: 1 });
  });

  it("'once' sends no third time", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { replay: "once" });
    await plugin.initialize();
    const given = failure(call(plugin, "a"));
    for (let sends = 1; sends <= 2; sends++) {
      const process_ = await control.started();
      await process_.next("ran");
      process.kill(process_.pid, "SIGKILL");
    }
    expect(await given).toMatchObject({ code: "SESSION_LOST", outcome: "unknown", attempt: 2 });
    await inState(plugin, "ready.waiting");
    expect(runsOf("a")).toHaveLength(2);
  });

  it("'once' puts the call before those that were made later", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { replay: "once" });
    await plugin.initialize();
    const results = ["a", "b", "c"].map((key) => call(plugin, key));
    const first = await control.started();
    await first.next("ran");
    control.prepare();
    process.kill(first.pid, "SIGKILL");
    await Promise.all(results);
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "a", "b", "c"]);
  });

  it("'provable' sends again what the server did not know the session of, and only twice", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), impatient);
    await plugin.initialize();
    server.gather(1, (request) => request.respond(404));
    await call(plugin, "a");
    expect(server.ledger).toMatchObject([{ key: "a", session: "session-2" }]);
    server.server.on("tools/call", (request) => {
      if (request.body.includes('"invoke_hook"')) request.respond(404);
      else server.answer(request);
    });
    expect(await failure(call(plugin, "b"))).toMatchObject({
      code: "SESSION_LOST",
      outcome: "not_processed",
      attempt: 2,
      status: 404,
    });
    expect(server.ledger).toHaveLength(1);
  });

  it("'never' sends nothing again, and says that it did not run", async () => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), { ...impatient, replay: "never" });
    await plugin.initialize();
    server.forget();
    expect(await failure(call(plugin, "a"))).toMatchObject({
      code: "SESSION_LOST",
      outcome: "not_processed",
      attempt: 1,
    });
    await inState(plugin, "ready.waiting");
    await call(plugin, "b");
    expect(server.ledger.map(({ key }) => key)).toEqual(["b"]);
  });

  it("of a call that is given up meanwhile does not happen", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, {
      replay: "once",
      backoff: { kind: "linear", attempts: 3, delayMs: 200 },
    });
    await plugin.initialize();
    const controller = new AbortController();
    const given = failure(call(plugin, "a", { signal: controller.signal }));
    const first = await control.started();
    await first.next("ran");
    control.prepare({ do: "exit", code: 1 });
    const waiting = next(plugin, "reconnecting").then(() => next(plugin, "reconnecting"));
    process.kill(first.pid, "SIGKILL");
    await waiting;
    expect(plugin.status()).toMatchObject({ queued: 1, inFlight: 0 });
    controller.abort();
    // It is in the queue again, and has run all the same, for all we know.
    expect(await given).toMatchObject({ code: "ABORTED", outcome: "unknown", attempt: 1 });
    control.prepare();
    await plugin.waitForReady();
    await call(plugin, "b");
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("of a call leaves its deadline where it was", async () => {
    control.prepare(hold);
    const plugin = stdioPlugin(control, { replay: "once" });
    await plugin.initialize();
    const start = performance.now();
    const given = failure(call(plugin, "a", { timeoutMs: 800 }));
    const first = await control.started();
    await first.next("ran");
    process.kill(first.pid, "SIGKILL");
    expect(await given).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      outcome: "unknown",
      attempt: 2,
    });
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThanOrEqual(800);
    expect(tookMs).toBeLessThan(2_500);
  });
});
