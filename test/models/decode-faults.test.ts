import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseAnswerText } from "../../src/models/answer-text.ts";
import { decodeHookAnswer } from "../../src/models/decode.ts";
import {
  allow,
  decode,
  envelope,
  failureOf,
  hookNamed,
  reference,
  strict,
  toolResult,
} from "./support/answers.ts";

const context = { global_context: { request_id: "r" } };
const deny = { continue_processing: false };
const error = { message: "m", plugin_name: "P" };

/** What stands in a message in place of a text. */
function stamp(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return `<${Buffer.byteLength(text)} bytes, sha256 ${hash.slice(0, 8)}>`;
}

describe("a block before the last one is context and nothing else", () => {
  test.each([
    ["a context with a result", envelope({ context, result: deny })],
    ["a context with an error", { plugin_name: "P", context, error }],
  ])("%s is refused, also if an allow follows", (_, block) => {
    expect(failureOf(() => decode(toolResult(block, envelope()))).message).toMatch(
      /: only blocks of context may come before the last block$/,
    );
  });
});

describe("whose answer it is", () => {
  test.each([
    ["a result that brings a context", { context, result: allow }],
    ["an error that brings a context", { context, error }],
  ])("%s must say it", (_, block) => {
    expect(failureOf(() => decode(toolResult(block))).message).toMatch(
      /: plugin_name is not the name of the plugin that was called$/,
    );
  });
});

describe("the whole message", () => {
  test.each([
    ["both", envelope({ error }), strict, "it has both result and error"],
    ["neither", { plugin_name: "P" }, strict, "it has neither result nor error"],
    ["neither, for the reference", {}, reference, "it has neither result nor error"],
    ["no object", "[]", strict, "it is no object"],
    [
      "a context of nobody",
      envelope({ context: { global_context: {} } }),
      strict,
      "context.global_context.request_id is missing",
    ],
    ["a wrong member", envelope({ result: {} }), strict, "result.continue_processing is missing"],
  ])("of an answer with %s", (_, block, options, why) => {
    const text = typeof block === "string" ? block : JSON.stringify(block);
    expect(failureOf(() => decode(toolResult(text), options)).message).toBe(
      `Received invalid response. Result = ${stamp(text)}: ${why}`,
    );
  });

  test("of one that nests too deeply", () => {
    const text = "[".repeat(300) + "]".repeat(300);
    expect(failureOf(() => decode(toolResult(text))).message).toBe(
      `Received invalid response. Result = ${stamp(text)}: it nests more than 200 levels of objects or lists`,
    );
  });

  test("stands for all texts of the answer, a line for each", () => {
    expect(failureOf(() => decode(toolResult("one", "two"))).message).toBe(
      `Error trying to decode json: ${stamp("one\ntwo")}`,
    );
  });
});

test("a text that is no JSON says so to whoever parses it", () => {
  const rules = { refusePrototypeKeys: true, roundIntegers: false };
  expect(() => parseAnswerText("no", rules)).toThrow(
    expect.objectContaining({ code: "JSON_DECODE_ERROR", message: "it is no JSON" }),
  );
});

test("what a failed tool wrote is passed on whole, as an error of the reference's kind", () => {
  const failure = failureOf(() => decode({ ...toolResult("no such", "tool"), isError: true }));
  expect(failure.error).toStrictEqual({
    message: "no such\ntool",
    plugin_name: "P",
    code: "INVALID_RESPONSE",
    details: {},
    mcp_error_code: -32603,
  });
});

test("what a hook's own check throws is nobody's answer, and is passed on as it is", () => {
  const thrown = new RangeError("of the host's own schema");
  const hook = {
    ...hookNamed("tool_pre_invoke"),
    checkModifiedPayload: () => {
      throw thrown;
    },
  };
  const answer = toolResult(envelope({ result: { ...allow, modified_payload: {} } }));
  let caught: unknown;
  try {
    decodeHookAnswer(hook, "P", answer, strict);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBe(thrown);
});
