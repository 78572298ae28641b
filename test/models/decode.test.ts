import { describe, expect, test } from "vitest";
import {
  allow,
  decode,
  envelope,
  failureOf,
  reference,
  strict,
  toolResult,
} from "./support/answers.ts";

const context = {
  state: { a: 1 },
  metadata: { m: 1 },
  global_context: { request_id: "r", tenant_id: "other", state: { g: 1 }, metadata: { x: 1 } },
};
const returned = { state: { a: 1 }, metadata: { m: 1 }, globalState: { g: 1 } };

describe("a valid answer", () => {
  test("has the defaults of what it leaves out", () => {
    expect(decode(toolResult(envelope()))).toStrictEqual({
      kind: "result",
      result: {
        continue_processing: true,
        modified_payload: null,
        modified_extensions: null,
        violation: null,
        metadata: {},
        http_headers: null,
        retry_delay_ms: 0,
        executions: [],
      },
    });
  });

  test("has the defaults of the modified payload and of the violation", () => {
    const result = {
      continue_processing: false,
      modified_payload: { name: "t", later: 1 },
      violation: { reason: "r", description: "d", code: "C" },
      later: 1,
    };
    expect(decode(toolResult(envelope({ result, later: 1 }))).result).toMatchObject({
      modified_payload: { name: "t", args: {}, headers: null },
      violation: {
        reason: "r",
        description: "d",
        code: "C",
        details: {},
        mcp_error_code: null,
        http_status_code: null,
        http_headers: null,
      },
    });
  });

  test("unknown members are ignored at every level", () => {
    const result = { ...allow, modified_payload: { name: "t", later: 1 }, later: 1 };
    const decoded = decode({ ...toolResult(envelope({ result, later: 1 })), _meta: { later: 1 } });
    expect(JSON.stringify(decoded)).not.toContain("later");
  });

  test("null stays null where the model allows it", () => {
    const result = { ...allow, metadata: null, modified_payload: { name: "t", args: null } };
    expect(decode(toolResult(envelope({ result }))).result).toMatchObject({
      metadata: null,
      modified_payload: { name: "t", args: null },
    });
  });

  test("two answers share no default", () => {
    const [one, other] = [decode(toolResult(envelope())), decode(toolResult(envelope()))];
    expect(one.result.metadata).not.toBe(other.result.metadata);
    expect(one.result.executions).not.toBe(other.result.executions);
  });

  test("the context may come with the result, or in a block before it", () => {
    expect(decode(toolResult(envelope({ context }))).context).toStrictEqual(returned);
    expect(decode(toolResult({ context }, envelope())).context).toStrictEqual(returned);
    expect(decode(toolResult({ plugin_name: "P", context }, envelope())).context).toStrictEqual(
      returned,
    );
  });

  test("a later context takes the place of one before it, as a whole", () => {
    const later = { global_context: { request_id: "r" } };
    expect(decode(toolResult({ context }, envelope({ context: later }))).context).toStrictEqual({
      state: {},
      metadata: {},
      globalState: {},
    });
  });

  test("blocks of other kinds are skipped", () => {
    const answer = toolResult(envelope());
    const image = { type: "image", data: "", mimeType: "image/png" };
    const { result } = decode({ content: [image, ...answer.content] });
    expect(result.continue_processing).toBe(true);
  });

  test("the payload is that of the hook's result, not that of the hook", () => {
    const result = { ...allow, modified_payload: { "x-a": "1" } };
    const decoded = decode(toolResult(envelope({ result })), strict, "http_pre_request");
    expect(decoded.result.modified_payload).toStrictEqual({ "x-a": "1" });
  });
});

const big = (number: string): string =>
  `{"plugin_name":"P","result":{"continue_processing":true,"metadata":{"n":${number}}}}`;
const nested = (levels: number): string =>
  `{"plugin_name":"P","result":{"continue_processing":true,"metadata":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}}`;

describe("what is refused as INVALID_RESPONSE", () => {
  test.each([
    ["no result of a tool", null, "must be an object"],
    ["no content", {}, "content is missing"],
    ["content that is no list", { content: {} }, "content must be a list"],
    ["an empty list", { content: [] }, "content has no text"],
    ["no text", { content: [{ type: "image", data: "" }] }, "content has no text"],
    ["a block that is no object", { content: [null] }, "content.0 must be an object"],
    [
      "a text that is none",
      { content: [{ type: "text", text: 1 }] },
      "content.0.text must be a text",
    ],
    ["isError with a result", { ...toolResult(envelope()), isError: true }, "isError"],
    ["isError that is no boolean", { ...toolResult(envelope()), isError: "false" }, "isError"],
    ["isError null", { ...toolResult(envelope()), isError: null }, "isError"],
    ["JSON null", toolResult("null"), "it is no object"],
    ["a JSON list", toolResult("[]"), "it is no object"],
    ["another plugin", toolResult(envelope({ plugin_name: "p" })), "plugin_name is not the name"],
    ["no plugin_name", toolResult({ result: allow }), "plugin_name is not the name"],
    ["plugin_name null", toolResult({ plugin_name: null, result: allow }), "plugin_name"],
    [
      "an error of another plugin",
      toolResult({ plugin_name: "Q", error: { message: "m", plugin_name: "P" } }),
      "plugin_name",
    ],
    [
      "a context of another plugin",
      toolResult({ plugin_name: "Q", context }, envelope()),
      "plugin_name",
    ],
    ["neither result nor error", toolResult({ plugin_name: "P" }), "it has neither"],
    ["context only", toolResult({ plugin_name: "P", context }), "it has neither"],
    ["result and error", toolResult(envelope({ error: { message: "m" } })), "it has both"],
    ["result and error null", toolResult(envelope({ error: null })), "it has both"],
    ["two results", toolResult(envelope(), envelope()), "only blocks of context may come before"],
    [
      "a result, then an error",
      toolResult(envelope(), { plugin_name: "P", error: { message: "m", plugin_name: "P" } }),
      "only blocks of context may come before",
    ],
    [
      "a context behind the result",
      toolResult(envelope(), { context }),
      "only blocks of context may come before",
    ],
    ["result null", toolResult(envelope({ result: null })), "result must be an object"],
    ["an empty result", toolResult(envelope({ result: {} })), "continue_processing is missing"],
    [
      "a text for true",
      toolResult(envelope({ result: { continue_processing: "true" } })),
      "continue_processing must be true or false",
    ],
    [
      "the payload of another hook",
      toolResult(envelope({ result: { ...allow, modified_payload: { uri: "u" } } })),
      "result.modified_payload.name is missing",
    ],
    [
      "a payload that is none",
      toolResult(envelope({ result: { ...allow, modified_payload: "x" } })),
      "result.modified_payload must be an object",
    ],
    ["context null", toolResult(envelope({ context: null })), "context must be an object"],
    [
      "a context without global_context",
      toolResult(envelope({ context: { state: {} } })),
      "context.global_context is missing",
    ],
    [
      "state that is no object",
      toolResult(envelope({ context: { ...context, state: null } })),
      "context.state must be an object",
    ],
    [
      "an error that is none",
      toolResult({ plugin_name: "P", error: "boom" }),
      "error must be an object",
    ],
    [
      "an error without a message",
      toolResult({ plugin_name: "P", error: { plugin_name: "P" } }),
      "error.message is missing",
    ],
    ["2^53", toolResult(big("9007199254740992")), "unsafeNumbers"],
    ["-2^53", toolResult(big("-9007199254740992")), "unsafeNumbers"],
    ["1e400", toolResult(big("1e400")), "beyond the range"],
    ["-1E+400", toolResult(big("-1E+400")), "beyond the range"],
    ["an integer of 400 digits", toolResult(big("9".repeat(400))), "beyond the range"],
    ["a key __proto__", toolResult(big('1,"__proto__":{"a":1}')), "__proto__"],
    ["a key __proto__ with escapes", toolResult(big('1,"\\u005f_proto_\\u005f":1')), "__proto__"],
  ])("%s", (_, answer, why) => {
    const failure = failureOf(() => decode(answer));
    expect(failure).toMatchObject({
      code: "INVALID_RESPONSE",
      outcome: "answered",
      phase: "invoking",
      plugin: "P",
    });
    expect(failure.message).toMatch(
      /^Received invalid response\. Result = <\d+ bytes, sha256 [\da-f]{8}>: /,
    );
    expect(failure.message).toContain(why);
  });

  test("a message shows nothing that came from the plugin", () => {
    const secret = "s3cret";
    const answers = [
      toolResult(envelope({ plugin_name: secret })),
      toolResult(envelope({ result: { ...allow, http_headers: { [secret]: 1 } } })),
      toolResult(envelope({ result: { ...allow, violation: { reason: secret } } })),
      toolResult(envelope({ result: { ...allow, retry_delay_ms: secret } })),
      toolResult({ plugin_name: "P", error: { message: secret, plugin_name: secret } }),
      toolResult(secret),
      { content: [{ type: "text", text: secret }], isError: true },
      { content: secret },
    ];
    for (const answer of answers) {
      const failure = failureOf(() => decode(answer));
      expect(`${failure.message}${JSON.stringify(failure)}${failure.stack}`).not.toContain(secret);
    }
  });
});

describe("other failures", () => {
  test("what is no JSON is a JSON_DECODE_ERROR in the reference's words", () => {
    const failure = failureOf(() => decode(toolResult("Traceback (most recent call last)")));
    expect(failure).toMatchObject({
      code: "JSON_DECODE_ERROR",
      outcome: "answered",
      message: "Error trying to decode json: <33 bytes, sha256 3ace2879>",
    });
  });

  test("what is no tool's result, and no JSON either, is refused all the same", () => {
    const cycle: { content: unknown } = { content: 1 };
    cycle.content = cycle;
    expect(failureOf(() => decode(cycle)).message).toBe(
      "Received invalid response. Result = <unreadable>: content must be a list",
    );
    expect(failureOf(() => decode(undefined)).message).toBe(
      "Received invalid response. Result = <0 bytes, sha256 e3b0c442>: is missing",
    );
    expect(failureOf(() => decode({})).message).toBe(
      "Received invalid response. Result = <2 bytes, sha256 44136fa3>: content is missing",
    );
  });

  test("any text that is no JSON counts, also behind a result", () => {
    expect(failureOf(() => decode(toolResult(envelope(), "{")))).toMatchObject({
      code: "JSON_DECODE_ERROR",
    });
    expect(failureOf(() => decode(toolResult("", envelope())))).toMatchObject({
      code: "JSON_DECODE_ERROR",
    });
  });

  test("an error of the plugin is passed on with its defaults, and without its context", () => {
    const error = { message: "boom", plugin_name: "Inner", details: { a: 1 } };
    const failure = failureOf(() => decode(toolResult({ plugin_name: "P", error, context })));
    expect(failure).toMatchObject({
      code: "PLUGIN_ERROR",
      outcome: "answered",
      message: "Plugin P answered tool_pre_invoke with an error: <4 bytes, sha256 81f52337>",
    });
    expect(failure.error).toStrictEqual({ ...error, code: "", mcp_error_code: -32603 });
  });

  test("200 levels pass, 201 are TOO_LARGE, a hundred thousand as well", () => {
    // metadata is the third level of an envelope.
    expect(decode(toolResult(nested(200))).kind).toBe("result");
    const lists = (levels: number): string => big("[".repeat(levels) + "]".repeat(levels));
    expect(decode(toolResult(lists(199))).kind).toBe("result");
    const answers = [nested(201), nested(100_000), lists(200), lists(100_000)];
    for (const answer of answers) {
      expect(failureOf(() => decode(toolResult(answer)))).toMatchObject({
        code: "TOO_LARGE",
        outcome: "answered",
      });
    }
  });

  test("many objects are not many levels", () => {
    const result = {
      ...allow,
      metadata: { deep: JSON.parse(nested(150)), wide: Array(300).fill([]) },
    };
    expect(decode(toolResult(envelope({ result }))).result.metadata).toStrictEqual(result.metadata);
  });

  test("brackets in a text do not count as levels", () => {
    const result = { ...allow, metadata: { text: "[{".repeat(1000) } };
    expect(decode(toolResult(envelope({ result }))).kind).toBe("result");
  });
});

describe("numbers that are kept", () => {
  test.each([
    "9007199254740991",
    "-9007199254740991",
    "1.2345678901234567890",
    "12345678901234567890.0",
    "1e300",
    "1e-400",
    '"9007199254740993"',
    '"\\\\\\"9007199254740993"',
    '["\\\\",1]',
  ])("%s", (number) => {
    expect(decode(toolResult(big(number))).result.metadata).toStrictEqual({
      n: JSON.parse(number),
    });
  });

  test("rounding is an option, infinity is none", () => {
    const round = { ...strict, unsafeNumbers: "round" } as const;
    expect(decode(toolResult(big("9007199254740993")), round).result.metadata).toStrictEqual({
      n: 9007199254740992,
    });
    expect(failureOf(() => decode(toolResult(big("1e400")), round)).code).toBe("INVALID_RESPONSE");
    const text = toolResult(big("9007199254740993"));
    expect(failureOf(() => decode(text, reference)).code).toBe("INVALID_RESPONSE");
    expect(decode(text, { ...round, validation: "reference" }).kind).toBe("result");
  });
});

describe("keys that name prototypes", () => {
  const metadata = '{"constructor":{"prototype":{"polluted":1}},"prototype":1}';

  test("constructor and prototype are own data", () => {
    const { result } = decode(toolResult(big(`${metadata},"toString":"x"`)));
    expect(JSON.stringify(result.metadata)).toBe(`{"n":${metadata},"toString":"x"}`);
    expect({}).not.toHaveProperty("polluted");
  });

  test("the reference's lenience keeps __proto__ as own data too", () => {
    const text = big('1,"__proto__":{"polluted":1}');
    const { result } = decode(toolResult(text), reference);
    expect(Object.keys(result.metadata ?? {})).toStrictEqual(["n", "__proto__"]);
    expect(Object.getPrototypeOf(result.metadata)).toBe(Object.prototype);
  });

  test("the word may stand in a text", () => {
    expect(decode(toolResult(big('"__proto__ \\u0041"'))).kind).toBe("result");
  });
});

describe("the reference's lenience", () => {
  test.each([
    ["an empty result", toolResult({ result: {} })],
    ["isError", { ...toolResult(envelope()), isError: true }],
    ["another plugin", toolResult(envelope({ plugin_name: "Q" }))],
    ["result and error", toolResult(envelope({ error: { message: "m", plugin_name: "P" } }))],
    ["garbage behind the result", toolResult(envelope(), "garbage")],
    ["blocks that say nothing", toolResult({}, envelope())],
  ])("%s is an allow", (_, answer) => {
    expect(decode(answer, reference).result.continue_processing).toBe(true);
    expect(() => decode(answer)).toThrow();
  });

  test("what the reference refuses is refused", () => {
    const answers = [
      toolResult("garbage", envelope()),
      toolResult({}),
      toolResult("1"),
      { content: [] },
      toolResult(envelope({ result: { continue_processing: "perhaps" } })),
      toolResult(envelope({ context: {} })),
    ];
    for (const answer of answers) {
      expect(failureOf(() => decode(answer, reference)).outcome).toBe("answered");
    }
  });

  test("what stands for another type is refused here too, and converted there", () => {
    const violation = { reason: "r", description: "d", code: "c", mcp_error_code: "5" };
    const results = [
      { continue_processing: "yes" },
      { continue_processing: 0 },
      { retry_delay_ms: "5" },
      { violation },
    ];
    for (const result of results) {
      expect(failureOf(() => decode(toolResult(envelope({ result })), reference))).toMatchObject({
        code: "INVALID_RESPONSE",
        outcome: "answered",
      });
    }
  });

  test("a context before an error is not returned", () => {
    const error = { message: "m", plugin_name: "P" };
    expect(failureOf(() => decode(toolResult({ context }, { error }), reference)).code).toBe(
      "PLUGIN_ERROR",
    );
  });
});
