import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeHookAnswer } from "../../src/models/decode.ts";
import { encodeHookCall, hookParams } from "../../src/models/encode.ts";
import { failureOf, hookNamed, reference, strict } from "./support/answers.ts";

interface Recording {
  readonly case: string;
  readonly arguments: {
    readonly hook_type?: string;
    readonly plugin_name?: string;
    readonly payload?: unknown;
    readonly context?: unknown;
  };
  readonly result: { readonly content: readonly { readonly text: string }[] };
}

const recordings: readonly Recording[] = JSON.parse(
  readFileSync(new URL("golden/invoke-hook.json", import.meta.url), "utf8"),
);

/** What is in each recording, written down by hand: `+` with a context. */
const expected: Readonly<Record<string, "allow" | "allow+" | "block" | "error" | "failed tool">> = {
  allow: "allow",
  allow_full_context_untouched: "allow+",
  allow_with_metadata: "allow",
  context_cleared: "allow",
  context_extra_fields: "allow+",
  context_mutated: "allow+",
  context_mutated_full: "allow+",
  context_user_dict: "allow+",
  disabled_plugin: "error",
  echo_agent_pre: "allow",
  echo_prompt_post: "allow",
  echo_resource_post: "allow",
  echo_tool_post: "allow",
  error_ignored_by_on_error: "allow",
  error_plain_exception: "error",
  error_violation_raised: "error",
  extra_tool_argument: "allow",
  hook_not_on_plugin: "error",
  http_auth_resolve_user: "allow",
  http_post_request: "allow",
  http_pre_request: "allow",
  malformed_context_empty: "error",
  malformed_context_no_request_id: "error",
  malformed_payload_missing_field: "error",
  malformed_payload_wrong_type: "error",
  malformed_prompt_args_not_strings: "error",
  missing_context_arg: "failed tool",
  modified_prompt: "allow",
  modified_tool: "allow",
  modified_tool_headers: "allow",
  payload_as_json_string: "allow",
  payload_is_list: "failed tool",
  payload_null_args: "allow",
  plugin_name_is_case_sensitive: "error",
  unknown_hook: "error",
  unknown_plugin: "error",
  unknown_tool: "failed tool",
  violation: "block",
  violation_permissive_mode: "allow",
  violation_without_object: "block",
};

function read({ arguments: given, result }: Recording, options = strict): unknown {
  const known = given.hook_type === "no_such_hook" ? "tool_pre_invoke" : given.hook_type;
  return decodeHookAnswer(
    hookNamed(known ?? "tool_pre_invoke"),
    given.plugin_name ?? "Echo",
    result,
    options,
  );
}

function recording(name: string): Recording {
  const found = recordings.find((one) => one.case === name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return found;
}

function textOf({ result }: Recording): string {
  return result.content[0]?.text ?? "";
}

function named(...kinds: readonly string[]): Recording[] {
  return recordings.filter((one) => kinds.includes(expected[one.case] ?? ""));
}

test("every recording is accounted for", () => {
  expect(recordings.map((one) => one.case).sort()).toStrictEqual(Object.keys(expected).sort());
});

describe("what the reference's server answered", () => {
  const bigInteger = "echo_tool_post";

  test.each(named("allow", "allow+", "block").filter((one) => one.case !== bigInteger))(
    "$case is a result, every member as it came",
    (one) => {
      const { result, context } = JSON.parse(textOf(one));
      expect(result.continue_processing).toBe(expected[one.case] !== "block");
      for (const options of [strict, reference]) {
        expect(read(one, options)).toStrictEqual({
          kind: "result",
          result,
          ...(expected[one.case] === "allow+" && {
            context: {
              state: context.state,
              metadata: context.metadata,
              globalState: context.global_context.state,
            },
          }),
        });
      }
    },
  );

  test("an integer that JavaScript would change is refused, or rounded if asked for", () => {
    const one = recording(bigInteger);
    expect(failureOf(() => read(one))).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(read(one, { ...strict, unsafeNumbers: "round" })).toMatchObject({
      result: { modified_payload: { result: { big: 12345678901234567000, f: 1, n: null } } },
    });
  });

  test.each(named("error"))("$case is an error of the plugin, unchanged", (one) => {
    const { error } = JSON.parse(textOf(one));
    for (const options of [strict, reference]) {
      const failure = failureOf(() => read(one, options));
      expect(failure).toMatchObject({ code: "PLUGIN_ERROR", outcome: "answered" });
      expect(failure.error).toStrictEqual(error);
      expect(failure.message).not.toContain(error.message);
    }
  });

  test.each(named("failed tool"))("$case is no answer of a plugin", (one) => {
    const failure = failureOf(() => read(one));
    expect(failure).toMatchObject({ code: "INVALID_RESPONSE", outcome: "answered" });
    expect(failure.message).toMatch(/^Received invalid response\. Result = <\d+ bytes, sha256 /);
    expect(failure.error.message).toBe(textOf(one));
    // The reference does not look at isError, and stumbles over the text.
    expect(failureOf(() => read(one, reference)).code).toBe("JSON_DECODE_ERROR");
  });
});

test("what a call becomes is what the reference's client sent", () => {
  const call = encodeHookCall({
    hookType: "tool_pre_invoke",
    pluginName: "Echo",
    payload: { name: "t", args: { x: null, f: 1.5 }, headers: { A: "b" } },
    context: {
      state: { a: null },
      global_context: {
        request_id: "r",
        user: "u",
        user_context: null,
        tenant_id: null,
        server_id: null,
        content_type: null,
        state: {},
        metadata: { n: null },
      },
      metadata: {},
    },
  });
  expect(hookParams(call, "Echo")).toBe(
    '{"name":"invoke_hook","arguments":{"hook_type":"tool_pre_invoke","plugin_name":"Echo","payload":{"name":"t","args":{"x":null,"f":1.5},"headers":{"A":"b"}},"context":{"state":{"a":null},"global_context":{"request_id":"r","user":"u","state":{},"metadata":{"n":null}},"metadata":{}}}}',
  );
});
