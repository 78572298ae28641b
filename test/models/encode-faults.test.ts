import { describe, expect, test } from "vitest";
import { type EncodedCall, encodeHookCall, hookParams } from "../../src/models/encode.ts";
import { failureOf } from "./support/answers.ts";

const shared = { request_id: "r" };
const context = { global_context: shared };

function encode(payload: unknown, given: unknown = context): EncodedCall {
  return encodeHookCall({
    hookType: "tool_pre_invoke",
    pluginName: "P",
    payload,
    context: given,
  });
}

describe("a model", () => {
  test("is what its toJSON() says, as everything else is", () => {
    expect(encode({ secret: 1, toJSON: () => ({ name: "t", args: null }) }).data).toBe(
      '{"payload":{"name":"t"},"context":{"global_context":{"request_id":"r"}}}',
    );
  });

  test("may have its user undefined", () => {
    const user = { global_context: { ...shared, user_context: undefined } };
    expect(encode({ name: "t" }, user)).toStrictEqual(encode({ name: "t" }));
  });

  test("of a hook that nobody has registered loses its nulls, whatever they are called", () => {
    const call = encodeHookCall({
      hookType: "nobody_s",
      pluginName: "P",
      payload: { result: null, content: null, a: 1 },
      context,
    });
    expect(JSON.parse(call.data).payload).toStrictEqual({ a: 1 });
  });
});

describe("what cannot be written", () => {
  test("is named, also for programs", () => {
    const failure = failureOf(() => encode({ name: "t", args: { x: 1n } }));
    expect(failure).toMatchObject({ phase: "queued" });
    expect(failure.issues).toStrictEqual([
      {
        path: "payload.args.x",
        message: "is a BigInt, which JSON does not have; pass it as a text",
      },
    ]);
  });

  test("cannot be named where nobody knows what it was", () => {
    let reads = 0;
    const args = {
      get once(): number {
        if (++reads > 1) throw new Error("read twice");
        return 1;
      },
    };
    const failure = failureOf(() => encode({ name: "t", args }));
    expect(failure.code).toBe("SERIALIZE_FAILED");
    expect(failure.issues).toBeUndefined();
  });
});

test("members that every request has go out with those that are a call's own, or alone", () => {
  const call = encode({ name: "t" });
  const mark = { idempotencyKey: "k", attempt: 1 };
  const common = { "example/era": 2 };
  const metaOf = (text: string): unknown => JSON.parse(text)._meta;
  expect(metaOf(hookParams(call, "P"))).toBeUndefined();
  expect(metaOf(hookParams(call, "P", undefined, common))).toStrictEqual(common);
  expect(metaOf(hookParams(call, "P", mark, common))).toStrictEqual({
    ...common,
    "mcp-tether/idempotencyKey": "k",
    "mcp-tether/attempt": 1,
  });
});
