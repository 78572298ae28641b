import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeHookCall, hookParams } from "../../src/models/encode.ts";
import { failureOf } from "./support/answers.ts";

const context = {
  state: {},
  global_context: { request_id: "r", state: {}, metadata: {} },
  metadata: {},
};
const wireContext = JSON.stringify(context);

function encode(payload: unknown, given: unknown = context, hookType = "tool_pre_invoke"): string {
  return hookParams(encodeHookCall({ hookType, pluginName: "P", payload, context: given }), "P");
}

/** The text of the payload as it goes out. */
function payloadText(payload: unknown, hookType?: string): string {
  const params = encode(payload, context, hookType);
  const start = params.indexOf('"payload":') + '"payload":'.length;
  return params.slice(start, params.lastIndexOf(`,"context":${wireContext}`));
}

function contextSent(given: unknown): unknown {
  return JSON.parse(encode({ name: "t" }, given)).arguments.context;
}

function refusal(payload: unknown, given: unknown = context): string {
  const failure = failureOf(() => encode(payload, given));
  expect(failure).toMatchObject({
    code: "SERIALIZE_FAILED",
    outcome: "not_processed",
    plugin: "P",
  });
  return failure.message.replace("Plugin P was not called for tool_pre_invoke: ", "");
}

describe("what is sent", () => {
  test("is one text, and the length of payload and context is known", () => {
    const payload = { name: "é\u2028" };
    const call = encodeHookCall({ hookType: "tool_pre_invoke", pluginName: "P", payload, context });
    expect(hookParams(call, "Плагин")).toBe(
      `{"name":"invoke_hook","arguments":{"hook_type":"tool_pre_invoke","plugin_name":"Плагин","payload":{"name":"é\u2028"},"context":${wireContext}}}`,
    );
    expect(call.bytes).toBe(
      Buffer.byteLength(`{"payload":${JSON.stringify(payload)},"context":${wireContext}}`),
    );
  });

  test("holds names that need escaping", () => {
    const call = encodeHookCall({ hookType: 'a"b', pluginName: "P", payload: {}, context });
    const { arguments: sent } = JSON.parse(hookParams(call, "back\\slash"));
    expect(sent).toMatchObject({ hook_type: 'a"b', plugin_name: "back\\slash" });
  });

  test("does not change with what happens afterwards", () => {
    const payload = { name: "t", args: { a: 1 } };
    const call = encodeHookCall({ hookType: "tool_pre_invoke", pluginName: "P", payload, context });
    const before = hookParams(call, "P");
    payload.args.a = 2;
    expect(hookParams(call, "P")).toBe(before);
  });

  test("null and undefined members of the payload are left out, null in dictionaries is kept", () => {
    expect(
      payloadText({
        name: "t",
        args: { a: null, b: { c: null } },
        headers: null,
        later: undefined,
      }),
    ).toBe('{"name":"t","args":{"a":null,"b":{"c":null}}}');
    expect(payloadText({ name: "t", args: { a: undefined, b: [undefined, null] } })).toBe(
      '{"name":"t","args":{"b":[null,null]}}',
    );
  });

  test("a required member that may be null is sent as null", () => {
    expect(payloadText({ name: "t", result: null }, "tool_post_invoke")).toBe(
      '{"name":"t","result":null}',
    );
    expect(payloadText({ uri: "u", content: null }, "resource_post_fetch")).toBe(
      '{"uri":"u","content":null}',
    );
    expect(payloadText({ prompt_id: "p", result: null }, "prompt_post_fetch")).toBe(
      '{"prompt_id":"p","result":null}',
    );
  });

  test("null members of all models of the context are left out, null in dictionaries is kept", () => {
    expect(
      contextSent({
        state: { a: null },
        metadata: null,
        global_context: {
          request_id: "r",
          user: { email: null },
          tenant_id: null,
          server_id: undefined,
          user_context: { user_id: "u", email: null, attributes: { a: null } },
          state: { g: null },
          metadata: { m: null },
        },
      }),
    ).toStrictEqual({
      state: { a: null },
      global_context: {
        request_id: "r",
        user: { email: null },
        user_context: { user_id: "u", attributes: { a: null } },
        state: { g: null },
        metadata: { m: null },
      },
    });
  });

  test.each<[string, unknown, string]>([
    ["NaN and the infinities", [Number.NaN, Infinity, -Infinity], "[null,null,null]"],
    ["a date", new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ["a set", new Set([1, new Set(["a"])]), '[1,["a"]]'],
    ["a set in a list", [new Set([null])], "[[null]]"],
    ["what toJSON() says", { toJSON: () => new Set([1]) }, "[1]"],
    ["a buffer", Buffer.from("a"), '{"type":"Buffer","data":[97]}'],
    ["wrapped values", [Object(1), Object("a"), Object(true)], '[1,"a",true]'],
    ["a member named toJSON that is no function", { toJSON: 1 }, '{"toJSON":1}'],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ["holes", Object.assign([], { 2: 1 }), "[null,null,1]"],
    ["a lone surrogate", "\ud800", '"\\ud800"'],
  ])("%s", (_, value, text) => {
    expect(payloadText({ name: "t", args: { x: value } })).toBe(
      `{"name":"t","args":{"x":${text}}}`,
    );
  });

  test("the own members of a class's object, at every level", () => {
    class Model {
      readonly name = "t";
      readonly args = { x: new Point() };
      readonly headers = null;
      method(): void {}
    }
    class Point {
      readonly y = null;
      #hidden = 1;
      get hidden(): number {
        return this.#hidden;
      }
    }
    expect(payloadText(new Model())).toBe('{"name":"t","args":{"x":{"y":null}}}');
    class Context {
      readonly state = { a: null };
      readonly global_context = new GlobalContext();
      readonly metadata = null;
    }
    class GlobalContext {
      readonly request_id = "r";
      readonly user = null;
    }
    expect(contextSent(new Context())).toStrictEqual({
      state: { a: null },
      global_context: { request_id: "r" },
    });
  });

  test("__proto__ and its like are own data", () => {
    const args: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":2}}');
    expect(payloadText({ name: "t", args })).toBe(
      '{"name":"t","args":{"__proto__":{"a":1},"constructor":{"prototype":2}}}',
    );
    const withSet: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(payloadText({ name: "t", args: { a: withSet, b: new Set() } })).toBe(
      '{"name":"t","args":{"a":{"__proto__":{"a":1}},"b":[]}}',
    );
    expect(payloadText(JSON.parse('{"name":"t","__proto__":{"args":{}}}'))).toBe(
      '{"name":"t","__proto__":{"args":{}}}',
    );
  });

  test("what is inherited is not sent", () => {
    expect(payloadText(Object.assign(Object.create({ args: { a: 1 } }), { name: "t" }))).toBe(
      '{"name":"t"}',
    );
  });

  test("any JSON goes out as JSON.stringify writes it, however it is built", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        const text = JSON.stringify({ name: "t", args: { x } });
        expect(payloadText({ name: "t", args: { x } })).toBe(text);
        // The set makes it take the long way.
        const other = payloadText({ name: "t", args: { x }, later: new Set() });
        expect(other).toBe(`${text.slice(0, -1)},"later":[]}`);
      }),
    );
  });

  test("hooks that are not registered go out too", () => {
    expect(payloadText({ a: null, b: 1 }, "my_hook")).toBe('{"b":1}');
  });
});

test("two sends differ in their mark only", () => {
  const input = { hookType: "tool_pre_invoke", pluginName: "P", payload: { name: "t" }, context };
  const call = encodeHookCall(input);
  const plain = hookParams(call, "P");
  for (const attempt of [1, 2]) {
    const sent = hookParams(call, "P", { idempotencyKey: 'a"b', attempt });
    expect(JSON.parse(sent)).toStrictEqual({
      _meta: { "mcp-tether/idempotencyKey": 'a"b', "mcp-tether/attempt": attempt },
      ...JSON.parse(plain),
    });
    expect(sent.endsWith(plain.slice(1))).toBe(true);
  }
});

test("where the plugin is not known yet, the error does not name it", () => {
  const failure = failureOf(() =>
    encodeHookCall({ hookType: "tool_pre_invoke", pluginName: "", payload: 1n, context }),
  );
  expect(failure.message).toMatch(/^No plugin was called for tool_pre_invoke: payload /);
});

function nest(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe("what is refused", () => {
  const cycle: { a: unknown[]; self?: unknown } = { a: [] };
  cycle.self = cycle;
  const throwing = {
    get boom(): never {
      throw new Error("s3cret");
    },
  };
  const throwingToJson = {
    toJSON: () => {
      throw new Error("s3cret");
    },
  };

  test.each<[string, unknown, string]>([
    ["a BigInt", { x: 1n }, "payload.args.x is a BigInt"],
    ["a BigInt in a list", { x: [1, { y: 1n }] }, "payload.args.x.1.y is a BigInt"],
    ["a BigInt in a set", { x: new Set([1n]) }, "payload.args.x.0 is a BigInt"],
    ["a function", { x: () => 1 }, "payload.args.x is a function"],
    ["a symbol", { x: Symbol("s3cret") }, "payload.args.x is a symbol"],
    ["a Map", { x: new Map([["s3cret", 1]]) }, "payload.args.x is a Map"],
    ["a Map that toJSON() returns", { x: { toJSON: () => new Map() } }, "payload.args.x is a Map"],
    ["a promise", { x: Promise.resolve() }, "payload.args.x is of the class Promise"],
    ["an error", { x: new TypeError("s3cret") }, "payload.args.x is of the class TypeError"],
    ["a pattern", { x: /s3cret/ }, "payload.args.x is of the class RegExp"],
    ["headers", { x: new Headers({ a: "s3cret" }) }, "payload.args.x is of the class Headers"],
    ["bytes", { x: new Uint8Array(2) }, "payload.args.x is of the class Uint8Array"],
    ["a cycle", { x: cycle }, "payload.args.x.self refers back to what contains it"],
    ["a getter that throws", { x: throwing }, "payload.args.x.boom cannot be read"],
    ["a toJSON that throws", { x: throwingToJson }, "payload.args.x has a toJSON() that throws"],
    ["201 levels", nest(200), "nests more than 200 levels"],
    ["a hundred thousand levels", nest(100_000), "nests more than 200 levels"],
  ])("%s", (_, args, why) => {
    const message = refusal({ name: "t", args });
    expect(message).toContain(why);
    expect(message).not.toContain("s3cret");
    expect(message.length).toBeLessThan(400);
  });

  test("200 levels are sent", () => {
    // The payload is the first of them.
    const args = nest(199);
    expect(payloadText({ name: "t", args })).toContain(JSON.stringify(args));
    expect(payloadText({ name: "t", args, later: new Set() })).toContain(JSON.stringify(args));
  });

  test("toJSON() that returns itself for ever ends", () => {
    const endless = { toJSON: (): unknown => ({ ...endless }) };
    expect(refusal({ name: "t", args: endless })).toContain("nests more than 200 levels");
    class Same {
      readonly a = 1;
      toJSON(): this {
        return this;
      }
    }
    expect(payloadText({ name: "t", args: new Same() })).toBe('{"name":"t","args":{"a":1}}');
  });

  test("a key that may be data is not shown", () => {
    expect(refusal({ name: "t", args: { "a@example.com": 1n } })).toMatch(
      /^payload\.args\.<13 bytes, sha256 [\da-f]{8}> is a BigInt/,
    );
  });

  test.each<[unknown, string]>([
    [null, "payload must be an object"],
    [undefined, "payload must be an object"],
    ["{}", "payload must be an object"],
    [[], "payload must be an object"],
    [new Set(), "payload must be an object"],
    [new Date(0), "payload must be an object"],
    [new Map(), "payload is a Map"],
    [() => 1, "payload is a function"],
    [1n, "payload is a BigInt"],
  ])("a payload that is %s", (payload, why) => {
    expect(refusal(payload)).toContain(why);
  });

  test.each<[string, unknown, string]>([
    ["null", null, "context must be an object"],
    ["empty", {}, "context.global_context must be an object"],
    [
      "without a global context",
      { global_context: null },
      "context.global_context must be an object",
    ],
    [
      "without request_id",
      { global_context: {} },
      "context.global_context.request_id must be a text",
    ],
    [
      "with another request_id",
      { global_context: { request_id: 1 } },
      "context.global_context.request_id must be a text",
    ],
    ["with a BigInt", { ...context, state: { x: 1n } }, "context.state.x is a BigInt"],
    [
      "with a function",
      { global_context: { request_id: "r", metadata: { x: () => 1 } } },
      "context.global_context.metadata.x is a function",
    ],
    [
      "with a text for its user",
      { global_context: { request_id: "r", user_context: "u" } },
      "context.global_context.user_context must be an object",
    ],
  ])("a context %s", (_, given, why) => {
    expect(refusal({ name: "t" }, given)).toContain(why);
  });

  test("what can be read but once", () => {
    let reads = 0;
    const args = {
      get once(): number {
        if (++reads > 1) throw new Error("s3cret");
        return 1;
      },
    };
    expect(refusal({ name: "t", args })).toBe(
      "payload and context cannot be written as JSON, or are too long for one text",
    );
  });

  test("a getter of a model that throws", () => {
    expect(refusal(throwing)).toContain("payload.boom cannot be read: its getter throws");
    expect(refusal({ name: "t" }, { ...context, global_context: throwing })).toContain(
      "context.global_context.boom cannot be read",
    );
  });
});
