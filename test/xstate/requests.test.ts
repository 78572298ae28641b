import { inspect } from "node:util";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createActor, waitFor } from "xstate";
import { PluginError } from "../../src/errors.ts";
import {
  connectionInput,
  createHookRequest,
  type HookRequest,
  type HookRequestOptions,
  type HookSettled,
  pluginConnectionLogic,
} from "../../src/xstate.ts";
import {
  afterwards,
  failure,
  impatient,
  newContext,
  newControl,
  payload,
  stdioConfig,
} from "../external-plugin/support/harness.ts";
import type { PluginControl } from "../fixtures/control.ts";
import { eventually } from "../fixtures/processes.ts";
import { unhandledDuring } from "../support/unhandled.ts";

let control: PluginControl;

beforeEach(async () => {
  control = await newControl();
});

function startActor(logic = pluginConnectionLogic, options = {}) {
  const input = connectionInput(stdioConfig(control), { ...impatient, ...options });
  const actor = createActor(logic, { input });
  actor.subscribe({ error: () => {} });
  actor.start();
  afterwards(async () => {
    if (actor.getSnapshot().status === "active") actor.send({ type: "plugin.stop" });
    await waitFor(actor, ({ status }) => status !== "active").catch(() => {});
  });
  return actor;
}

async function readyActor(options = {}) {
  const actor = startActor(pluginConnectionLogic, options);
  actor.send({ type: "plugin.start" });
  await waitFor(actor, (snapshot) => snapshot.matches("ready"));
  return actor;
}

/** Somebody who is told of the end. */
class Recipient {
  readonly told: HookSettled[] = [];

  send(event: HookSettled): void {
    this.told.push(event);
  }
}

function request(key: unknown, options?: HookRequestOptions): HookRequest<"tool_pre_invoke"> {
  return createHookRequest("tool_pre_invoke", payload(key), newContext(), options);
}

describe("a request", () => {
  it("is answered to whom it says, and by its promise", async () => {
    const actor = await readyActor();
    const replyTo = new Recipient();
    const context = newContext();
    const one = createHookRequest("tool_pre_invoke", payload("a"), context, { replyTo });
    actor.send({ type: "hook.invoke", requests: [one] });
    const result = await one.result;
    expect(result).toMatchObject({ continue_processing: true, metadata: { echo: { key: "a" } } });
    expect(replyTo.told).toEqual([{ type: "hook.settled", id: one.id, status: "ok" }]);
    // The result is there also for who asks later.
    expect(await one.result).toBe(result);
  });

  it("that is refused says why", async () => {
    const actor = startActor();
    const replyTo = new Recipient();
    const one = request("a", { replyTo });
    actor.send({ type: "hook.invoke", requests: [one] });
    expect(replyTo.told).toEqual([
      { type: "hook.settled", id: one.id, status: "failed", code: "NOT_STARTED" },
    ]);
    expect(await failure(one.result)).toMatchObject({
      code: "NOT_STARTED",
      outcome: "not_processed",
      plugin: "Guard",
    });
  });

  it("that nobody looks at is no unhandled rejection", async () => {
    const unhandled = await unhandledDuring(() => {
      const actor = startActor();
      actor.send({ type: "hook.invoke", requests: [request("a"), request("b")] });
    });
    expect(unhandled).toEqual([]);
  });

  it("harms nobody whose recipient throws", async () => {
    const actor = await readyActor();
    const replyTo = {
      send: () => {
        throw new Error("of the recipient");
      },
    };
    const requests = [request("a", { replyTo }), request("b")];
    actor.send({ type: "hook.invoke", requests });
    await Promise.all(requests.map(({ result }) => result));
    expect(actor.getSnapshot().status).toBe("active");
  });

  it("harms nobody whose recipient rejects", async () => {
    const unhandled = await unhandledDuring(async () => {
      const actor = await readyActor();
      const replyTo = { send: () => Promise.reject(new Error("of the recipient")) as never };
      const one = request("a", { replyTo });
      actor.send({ type: "hook.invoke", requests: [one] });
      await one.result;
    });
    expect(unhandled).toEqual([]);
  });

  it("shows who it is and how large, and nothing of what it holds", () => {
    const context = newContext();
    context.state = { token: "s3cr3t" };
    const one = createHookRequest("tool_pre_invoke", payload("s3cr3t"), context, {
      timeoutMs: 10,
      idempotencyKey: "s3cr3t",
    });
    expect(JSON.parse(JSON.stringify(one))).toEqual({
      id: one.id,
      hookType: "tool_pre_invoke",
      bytes: one.bytes,
    });
    expect(one.bytes).toBe(
      Buffer.byteLength(JSON.stringify({ payload: payload("s3cr3t"), context })),
    );
    expect(inspect(one, { showHidden: true, depth: 9 })).not.toContain("s3cr3t");
    void failure(one.result);
  });

  it("is frozen when it is made", async () => {
    const actor = await readyActor();
    const given = payload("before");
    const one = createHookRequest("tool_pre_invoke", given, newContext());
    Object.assign(given, { key: "after" });
    actor.send({ type: "hook.invoke", requests: [one] });
    await one.result;
    expect(control.ledger).toMatchObject([{ key: "before" }]);
  });

  it("has its deadline also where no actor takes it", async () => {
    const ended = startActor();
    ended.send({ type: "plugin.stop" });
    await waitFor(ended, ({ status }) => status === "done");
    const replyTo = new Recipient();
    const start = performance.now();
    const [sent, unsent] = [
      request("a", { timeoutMs: 60, replyTo }),
      request("b", { timeoutMs: 60 }),
    ];
    // XState says that nobody takes it.
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    ended.send({ type: "hook.invoke", requests: [sent] });
    expect(warn).toHaveBeenCalledTimes(1);
    for (const { result } of [sent, unsent])
      expect(await failure(result)).toMatchObject({
        code: "DEADLINE_EXCEEDED",
        outcome: "not_processed",
        message:
          "No connection took the call of tool_pre_invoke within 60 ms: it was not sent, or its actor has ended",
      });
    expect(performance.now() - start).toBeGreaterThanOrEqual(60);
    expect(replyTo.told).toMatchObject([{ id: sent.id, code: "DEADLINE_EXCEEDED" }]);
  });

  it("is taken too late, if its time was over before", async () => {
    const actor = await readyActor();
    const one = request("a", { timeoutMs: 20 });
    await failure(one.result);
    actor.send({ type: "hook.invoke", requests: [one] });
    const other = request("b");
    actor.send({ type: "hook.invoke", requests: [other] });
    await other.result;
    expect(control.ledger.map(({ key }) => key)).toEqual(["b"]);
  });

  it("that is sent twice is run once", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const actor = await readyActor({ maxInFlight: 4 });
    const one = request("a");
    for (let sends = 0; sends < 2; sends++)
      actor.send({ type: "hook.invoke", requests: [one, one] });
    const process_ = await control.started();
    await process_.next("ran");
    await process_.tell({ do: "release" });
    await one.result;
    const other = request("b");
    actor.send({ type: "hook.invoke", requests: [other] });
    await process_.next("ran");
    await process_.tell({ do: "release" });
    await other.result;
    expect(control.ledger.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("can be given up by its id", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const actor = await readyActor();
    const requests = ["a", "b"].map((key) => request(key));
    actor.send({ type: "hook.invoke", requests });
    await (await control.started()).next("ran");
    actor.send({ type: "hook.cancel", ids: requests.map(({ id }) => id) });
    const [flying, waiting] = requests.map(({ result }) => failure(result));
    expect(await flying).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(await waiting).toMatchObject({ code: "ABORTED", outcome: "not_processed" });
  });

  it("that was not made by createHookRequest keeps no slot", async () => {
    const actor = await readyActor();
    const stranger = {
      id: -1,
      hookType: "tool_pre_invoke",
      bytes: 1,
      createdAt: 0,
      deadline: Number.POSITIVE_INFINITY,
      waitForReady: false,
    };
    const one = request("a");
    actor.send({ type: "hook.invoke", requests: [stranger, one] });
    await one.result;
    expect(control.ledger.map(({ key }) => key)).toEqual(["a"]);
  });
});

describe("createHookRequest refuses", () => {
  it.each([
    [
      "a hook that does not exist",
      () => createHookRequest("nope" as never, {} as never, newContext()),
      "HOOK_UNKNOWN",
      "hookType",
    ],
    ["a payload that cannot be sent", () => request(1n), "SERIALIZE_FAILED", "payload.key"],
    [
      "a time that no timer can wait",
      () => request("a", { timeoutMs: Number.POSITIVE_INFINITY }),
      "CONFIG_INVALID",
      "timeoutMs",
    ],
  ])("%s", (_, make, code, path) => {
    expect(refusalOf(make)).toMatchObject({ code, issues: [{ path }] });
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, ""],
    ["a number", 5, ""],
    ["a key that is no text", { idempotencyKey: 5n }, "idempotencyKey"],
    ["a key that cannot be written", { idempotencyKey: { toJSON: fail } }, "idempotencyKey"],
    ["a flag that is a text", { waitForReady: "yes" }, "waitForReady"],
    ["a recipient that is none", { replyTo: 5 }, "replyTo"],
    ["a recipient that cannot be told", { replyTo: {} }, "replyTo"],
    ["a clock that is none", { clock: 5 }, "clock"],
    ["half a clock", { clock: { now: () => 0 } }, "clock"],
    ["a name that is none", { pluginName: 5 }, "pluginName"],
    ["a misspelt option", { timeout: 5 }, "timeout"],
    ["a signal: there is hook.cancel for that", { signal: new AbortController().signal }, "signal"],
  ])("as options %s", (_, options, path) => {
    const error = refusalOf(() => request("a", options as HookRequestOptions));
    expect(error).toMatchObject({
      code: "CONFIG_INVALID",
      outcome: "not_processed",
      issues: [{ path }],
      message: expect.stringContaining("The options of a call are invalid: "),
    });
  });

  function fail(): never {
    throw new Error("of the option");
  }

  function refusalOf(make: () => unknown): PluginError {
    try {
      make();
    } catch (thrown) {
      if (PluginError.is(thrown)) return thrown;
      throw thrown;
    }
    throw new Error("expected a refusal");
  }
});

describe("connectionInput refuses", () => {
  it("what is no configuration, and options that are none", () => {
    expect(() => connectionInput({ name: "Guard", kind: "external" })).toThrow(
      "configured: write mcp",
    );
    const wrong = { maxInFlight: 0 };
    expect(() => connectionInput(stdioConfig(control), wrong)).toThrow("must be at least 1");
  });
});

describe("a snapshot", () => {
  it("holds no credential, also one that is to be kept", async () => {
    const input = connectionInput(stdioConfig(control, { env: { PASSWORD: "s3cr3t" } }), {
      headers: { authorization: "s3cr3t" },
    });
    const actor = createActor(pluginConnectionLogic, { input }).start();
    const snapshots = [actor.getSnapshot(), actor.getPersistedSnapshot()];
    actor.send({ type: "plugin.stop" });
    for (const snapshot of snapshots) {
      expect(JSON.stringify(snapshot)).not.toContain("s3cr3t");
      expect(inspect(snapshot, { depth: 9 })).not.toContain("s3cr3t");
    }
  });
});

describe("an action of the host's that throws", () => {
  it("leaves no caller hanging, and no child", async () => {
    control.prepare(
      { do: "ignoreEnd" },
      { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
      { do: "grandchild", ignoreTerm: true, keepStdout: true },
    );
    const logic = pluginConnectionLogic.provide({
      actions: {
        settleCalls: () => {
          throw new Error("of the action");
        },
      },
    });
    const actor = startActor(logic);
    actor.send({ type: "plugin.start" });
    await waitFor(actor, (snapshot) => snapshot.matches("ready"));
    const requests = ["a", "b", "c"].map((key) => request(key));
    actor.send({ type: "hook.invoke", requests });
    const [first, ...others] = requests.map(({ result }) => failure(result));
    expect(await first).toMatchObject({ code: "STOPPED", outcome: "unknown" });
    for (const error of await Promise.all(others)) expect(error).toMatchObject({ code: "STOPPED" });
    expect(actor.getSnapshot().status).toBe("error");
    await eventually(() => control.survivors.length === 0, "all processes are dead");
  });
});
