import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { HookType } from "../../src/hooks/hook-payloads.ts";
import type { HookRegistration } from "../../src/hooks/hook-registration.ts";
import { findHook } from "../../src/hooks/hook-registry.ts";
import { hookTypes, isHookType, registerHook } from "../../src/hooks/register-hook.ts";
import { encodeHookCall } from "../../src/models/encode.ts";
import type { PluginResult } from "../../src/models/plugin-result.ts";
import { block, definePlugin } from "../../src/server/index.ts";
import { simulatePlugin } from "../../src/testing/index.ts";
import { failureOf } from "../models/support/answers.ts";
import { unhandledDuring } from "../support/unhandled.ts";

interface Charge {
  account: string;
  cents: number;
  note?: string | null | undefined;
}

declare module "../../src/hooks/hook-payloads.ts" {
  interface HookPayloads {
    "billing.pre_charge": Charge;
  }
  interface HookResults {
    "billing.pre_charge": PluginResult<Charge>;
  }
}

const charge = z.object({
  account: z.string(),
  cents: z.int("must be a whole number of cents"),
  note: z.string().nullable().default(null),
});

const context = () => ({
  state: {},
  global_context: { request_id: "r1", state: {}, metadata: {} },
  metadata: {},
});

let undo: (() => void) | undefined;

afterEach(() => {
  undo?.();
  undo = undefined;
});

function register(registration: Partial<HookRegistration<"billing.pre_charge">> = {}): void {
  undo = registerHook("billing.pre_charge", { payload: charge, ...registration });
}

describe("a hook of one's own", () => {
  test("is called, served and answered as any other", async () => {
    register();
    const limited = definePlugin({
      name: "Limit",
      hooks: {
        "billing.pre_charge": ({ account, cents, note }) => {
          expectTypeOf(note).toEqualTypeOf<string | null>();
          if (account === "closed")
            return block({ reason: "Closed", description: "No charges", code: "CLOSED" });
          return { modified_payload: { account, cents: Math.min(cents, 100) } };
        },
      },
    });
    const { plugin, world } = simulatePlugin(limited);
    await world.until(plugin.initialize());
    const ask = plugin.hookRef("billing.pre_charge");

    const result = await world.until(ask({ account: "a", cents: 250 }, context()));
    expectTypeOf(result.modified_payload).toEqualTypeOf<Charge | null>();
    expect(result.modified_payload).toStrictEqual({ account: "a", cents: 100, note: null });

    const blocked = await world.until(ask({ account: "closed", cents: 1 }, context()));
    expect(blocked).toMatchObject({ continue_processing: false, violation: { code: "CLOSED" } });

    const refused = await world.until(
      ask({ account: "a", cents: 0.5 }, context()).catch((error: unknown) => error),
    );
    expect(refused).toMatchObject({ code: "PLUGIN_ERROR", outcome: "answered" });
    expect((refused as { error: { message: string } }).error.message).toContain(
      "1 validation error for BillingPreChargePayload\ncents\n",
    );
    await world.until(plugin.shutdown());
  });

  test("whose answer does not fit is refused, as INVALID_RESPONSE", async () => {
    register({ modifiedPayload: charge.refine(({ cents }) => cents > 0) });
    const { plugin, world } = simulatePlugin({
      name: "Free",
      hooks: { "billing.pre_charge": () => ({ modified_payload: { account: "a", cents: -1 } }) },
    });
    await world.until(plugin.initialize());
    const call = plugin.invokeHook("billing.pre_charge", { account: "a", cents: 1 }, context());
    await expect(world.until(call)).rejects.toMatchObject({ outcome: "answered" });
    await world.until(plugin.shutdown());
  });

  test("sends null where it says so", () => {
    const encode = () =>
      encodeHookCall({
        hookType: "billing.pre_charge",
        payload: { account: "a", cents: 1, note: null },
        context: context(),
        pluginName: "P",
      }).data;
    register();
    expect(encode()).not.toContain('"note"');
    undo?.();
    register({ nullFields: ["note"] });
    expect(encode()).toContain('"note":null');
  });

  test("has the name of its payload, or one made from its own", () => {
    register();
    expect(findHook("billing.pre_charge")?.payloadName).toBe("BillingPreChargePayload");
    undo?.();
    register({ payloadName: "Charge" });
    expect(findHook("billing.pre_charge")?.payloadName).toBe("Charge");
  });

  test("is known until it is taken back, and taking back twice takes nothing else back", () => {
    register();
    const first = undo;
    expect(isHookType("billing.pre_charge")).toBe(true);
    expect(hookTypes()).toContain("billing.pre_charge");
    first?.();
    expect(isHookType("billing.pre_charge")).toBe(false);
    register();
    first?.();
    expect(isHookType("billing.pre_charge")).toBe(true);
  });

  test("may have a schema of any library, also one that is a function", () => {
    const schema = Object.assign(() => {}, {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof value === "object"
            ? { value: value as Charge }
            : { issues: [{ message: "no", path: [{ key: "account" }, "x"] }] },
      },
    });
    register({ payload: schema });
    const { payloadSchema } = findHook("billing.pre_charge") ?? {};
    expect(payloadSchema?.parse({ account: "a" })).toStrictEqual({ account: "a" });
    expect(payloadSchema?.safeParse(1).error?.issues).toMatchObject([
      { message: "no", path: ["account", "x"] },
    ]);
  });

  test("with an asynchronous schema accepts nothing", () => {
    register({ payload: z.any().refine(async () => true) });
    const checked = findHook("billing.pre_charge")?.payloadSchema.safeParse({});
    expect(checked?.error?.issues).toMatchObject([{ message: expect.stringContaining("async") }]);
  });

  test("with an asynchronous schema that rejects harms nobody", async () => {
    const validate = () => Promise.reject(new Error("of the schema"));
    register({ payload: { "~standard": { version: 1 as const, vendor: "test", validate } } });
    const schema = findHook("billing.pre_charge")?.payloadSchema;
    expect(await unhandledDuring(() => schema?.safeParse({}))).toEqual([]);
  });
});

describe("what is refused", () => {
  const refusal = (type: unknown, registration: unknown) =>
    failureOf(() =>
      registerHook(type as "billing.pre_charge", registration as HookRegistration<HookType>),
    );

  test("a name that is taken, so that no guard is loosened", () => {
    const failure = refusal("tool_pre_invoke", { payload: z.any() });
    expect(failure).toMatchObject({
      code: "CONFIG_INVALID",
      message:
        "Hook type 'tool_pre_invoke' cannot be registered: hookType: is the name of a hook already",
    });
    register();
    expect(() => register()).toThrow("is the name of a hook already");
  });

  test.each<[string, unknown, unknown, string[]]>([
    ["a blank name", " ", { payload: charge }, ["hookType"]],
    ["no name", 1, { payload: charge }, ["hookType"]],
    ["nothing", "h", undefined, [""]],
    ["no schema", "h", {}, ["payload"]],
    ["what is no schema", "h", { payload: { parse: () => {} } }, ["payload"]],
    [
      "several mistakes",
      "",
      { payload: 1, modifiedPayload: {}, payloadName: "", nullFields: "a" },
      ["hookType", "payload", "modifiedPayload", "payloadName", "nullFields"],
    ],
    ["an option that is none", "h", { payload: charge, result: charge }, ["result"]],
  ])("%s", (_, type, registration, paths) => {
    const failure = refusal(type, registration);
    expect(failure.code).toBe("CONFIG_INVALID");
    expect(failure.issues?.map(({ path }) => path)).toStrictEqual(paths);
    expect(hookTypes()).not.toContain("h");
  });
});

test("a literal that is no hook is no HookType", () => {
  expectTypeOf<"billing.pre_charge">().toExtend<HookType>();
  expectTypeOf<"tool_pre_invok">().not.toExtend<HookType>();
  const name: string = "tool_pre_invoke";
  if (isHookType(name)) expectTypeOf(name).toEqualTypeOf<HookType>();
});
