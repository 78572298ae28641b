import { describe, expect, inject, it } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { ExternalPlugin, hookRef } from "../../src/external-plugin.ts";
import {
  afterwards,
  call,
  failure,
  impatient,
  newContext,
  newControl,
  payload,
  stdioConfig,
  stdioPlugin,
} from "./support/harness.ts";

/** The same library, as another package may have brought it along. */
async function otherCopy(): Promise<{
  ExternalPlugin: typeof ExternalPlugin;
  PluginError: typeof PluginError;
}> {
  expect(inject("buildErrors")).toBe("");
  return await import(new URL("../../dist/src/index.js", import.meta.url).pathname);
}

describe("two copies of the library", () => {
  it("work beside each other in one process, and know each other's errors", async () => {
    const copy = await otherCopy();
    expect(copy.ExternalPlugin).not.toBe(ExternalPlugin);
    const [control, other] = [await newControl(), await newControl()];
    const ours = stdioPlugin(control);
    const theirs = new copy.ExternalPlugin(stdioConfig(other), impatient);
    afterwards(() => theirs.shutdown());
    await Promise.all([ours.initialize(), theirs.initialize()]);
    const keys = [1, 2, 3];
    await Promise.all(keys.flatMap((key) => [call(ours, key), call(theirs, key)]));
    for (const { ledger } of [control, other]) expect(ledger.map(({ key }) => key)).toEqual(keys);
    await Promise.all([ours.shutdown(), theirs.shutdown()]);
    const error = await call(theirs, 4).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STOPPED" });
    expect(error).not.toBeInstanceOf(PluginError);
    expect(PluginError.is(error)).toBe(true);
    expect(copy.PluginError.is(await failure(call(ours, 4)))).toBe(true);
  });

  it("do not take each other's plugins for their own", async () => {
    const copy = await otherCopy();
    const control = await newControl();
    const theirs = new copy.ExternalPlugin(stdioConfig(control));
    expect(ExternalPlugin.is(theirs)).toBe(false);
    expect(ExternalPlugin.is(new ExternalPlugin(stdioConfig(control)))).toBe(true);
  });
});

describe("hookRef", () => {
  it("is one hook as a function", async () => {
    const control = await newControl();
    const plugin = stdioPlugin(control);
    await plugin.initialize();
    const context = newContext();
    const { invoke, other } = {
      invoke: plugin.hookRef("tool_pre_invoke"),
      other: hookRef(plugin, "tool_post_invoke"),
    };
    expect(await invoke(payload("a"), context, { timeoutMs: 5_000 })).toMatchObject({
      continue_processing: true,
    });
    await other({ name: "search", result: null }, context);
    expect(control.ledger.map(({ hook_type }) => hook_type)).toEqual([
      "tool_pre_invoke",
      "tool_post_invoke",
    ]);
    const signal = AbortSignal.abort();
    expect(await failure(invoke(payload("b"), context, { signal }))).toMatchObject({
      code: "ABORTED",
    });
  });

  it("of an unknown hook is refused when it is made", async () => {
    const plugin = stdioPlugin(await newControl());
    for (const make of [
      () => plugin.hookRef("no_such_hook" as never),
      () => hookRef(plugin, "constructor" as never),
    ])
      expect(make).toThrow(
        expect.objectContaining({
          code: "HOOK_UNKNOWN",
          message: expect.stringMatching(/^Hook type '.*' not registered in hook registry$/),
        }),
      );
  });

  it.each([
    [{ name: "Local", invokeHook: () => {} }, "Plugin Local is not an external plugin"],
    [{}, "The value is not an external plugin"],
    [undefined, "The value is not an external plugin"],
    [null, "The value is not an external plugin"],
    ["Guard", "The value is not an external plugin"],
    [Object.create(ExternalPlugin.prototype), "is not an external plugin"],
  ])("of %o is refused, with what to do", (value, message) => {
    const make = () => hookRef(value as ExternalPlugin, "tool_pre_invoke");
    expect(make).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        phase: "configuring",
        message: expect.stringContaining(message),
        issues: [
          {
            path: "plugin",
            message: expect.stringContaining("pass an instance of ExternalPlugin"),
          },
        ],
      }),
    );
  });
});
