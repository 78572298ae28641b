import { describe, expect, expectTypeOf, test } from "vitest";
import type { HookPayloads, HookResults } from "../../src/hooks/hook-payloads.ts";
import { findHook } from "../../src/hooks/hook-registry.ts";
import { payloadSchemas } from "../../src/hooks/payload-schemas.ts";

const stockHooks: readonly (readonly [type: string, payloadName: string])[] = [
  ["prompt_pre_fetch", "PromptPrehookPayload"],
  ["prompt_post_fetch", "PromptPosthookPayload"],
  ["tool_pre_invoke", "ToolPreInvokePayload"],
  ["tool_post_invoke", "ToolPostInvokePayload"],
  ["resource_pre_fetch", "ResourcePreFetchPayload"],
  ["resource_post_fetch", "ResourcePostFetchPayload"],
  ["agent_pre_invoke", "AgentPreInvokePayload"],
  ["agent_post_invoke", "AgentPostInvokePayload"],
  ["http_pre_request", "HttpPreRequestPayload"],
  ["http_post_request", "HttpPostRequestPayload"],
  ["http_auth_resolve_user", "HttpAuthResolveUserPayload"],
  ["http_auth_check_permission", "HttpAuthCheckPermissionPayload"],
];

describe("findHook", () => {
  test.each(stockHooks)("%s", (type, payloadName) => {
    expect(findHook(type)).toMatchObject({ type, payloadName });
  });

  test("knows no more than these", () => {
    expect(Object.keys(payloadSchemas).sort()).toStrictEqual(
      stockHooks.map(([type]) => type).sort(),
    );
    for (const type of ["evaluate", "", "toString", "__proto__", "TOOL_PRE_INVOKE"]) {
      expect(findHook(type)).toBe(undefined);
    }
  });
});

function parse(type: string, payload: unknown): unknown {
  return findHook(type)?.payloadSchema.parse(payload);
}

describe("payloads", () => {
  test.each<[string, object, object]>([
    ["prompt_pre_fetch", { prompt_id: "p" }, { args: {} }],
    ["prompt_post_fetch", { prompt_id: "p", result: null }, {}],
    ["tool_pre_invoke", { name: "t" }, { args: {}, headers: null }],
    ["tool_post_invoke", { name: "t", result: [1] }, {}],
    ["resource_pre_fetch", { uri: "u" }, { metadata: {} }],
    ["resource_post_fetch", { uri: "u", content: "c" }, {}],
    [
      "agent_pre_invoke",
      { agent_id: "a", messages: [1, null] },
      { tools: null, headers: null, model: null, system_prompt: null, parameters: {} },
    ],
    ["agent_post_invoke", { agent_id: "a", messages: [] }, { tool_calls: null }],
    [
      "http_pre_request",
      { path: "/", method: "GET", headers: {} },
      { client_host: null, client_port: null },
    ],
    [
      "http_post_request",
      { path: "/", method: "GET", headers: {} },
      { client_host: null, client_port: null, response_headers: null, status_code: null },
    ],
    [
      "http_auth_resolve_user",
      { headers: {} },
      { credentials: null, client_host: null, client_port: null },
    ],
    [
      "http_auth_check_permission",
      { user_email: "u", permission: "p" },
      {
        resource_type: null,
        team_id: null,
        is_admin: false,
        auth_method: null,
        client_host: null,
        user_agent: null,
      },
    ],
  ])("%s has its defaults, and loses what is unknown", (type, given, defaults) => {
    expect(parse(type, { ...given, later: 1 })).toStrictEqual({ ...given, ...defaults });
  });

  test.each<[string, object, string]>([
    ["prompt_pre_fetch", { prompt_id: "p", args: { n: 1 } }, "args.n"],
    ["prompt_post_fetch", { prompt_id: "p" }, "result"],
    ["tool_pre_invoke", { args: {} }, "name"],
    ["tool_pre_invoke", { name: "t", args: "x" }, "args"],
    ["tool_pre_invoke", { name: "t", args: [] }, "args"],
    ["tool_pre_invoke", { name: "t", headers: { a: null } }, "headers.a"],
    ["tool_post_invoke", { name: "t" }, "result"],
    ["resource_post_fetch", { uri: "u" }, "content"],
    ["agent_pre_invoke", { agent_id: "a" }, "messages"],
    ["agent_pre_invoke", { agent_id: "a", messages: [], tools: [1] }, "tools.0"],
    ["agent_post_invoke", { agent_id: "a", messages: [], tool_calls: [1] }, "tool_calls.0"],
    ["http_pre_request", { path: "/", method: "GET" }, "headers"],
    [
      "http_post_request",
      { path: "/", method: "GET", headers: {}, status_code: "1" },
      "status_code",
    ],
    ["http_auth_resolve_user", { headers: {}, credentials: "x" }, "credentials"],
    ["http_auth_check_permission", { user_email: "u" }, "permission"],
  ])("%s %j is refused at %s", (type, payload, at) => {
    const paths = findHook(type)
      ?.payloadSchema.safeParse(payload)
      .error?.issues.map((issue) => issue.path.join("."));
    expect(paths).toStrictEqual([at]);
  });

  test("a dictionary keeps every key, and its defaults are new each time", () => {
    const args: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":1}');
    expect(JSON.stringify(parse("tool_pre_invoke", { name: "t", args }))).toBe(
      '{"name":"t","args":{"__proto__":{"a":1},"constructor":1},"headers":null}',
    );
    const [one, other] = [1, 2].map(
      () => parse("tool_pre_invoke", { name: "t" }) as { args: object },
    );
    expect(one?.args).not.toBe(other?.args);
  });
});

describe("types", () => {
  test("payload and result follow from the hook's name", () => {
    expectTypeOf<HookPayloads["tool_pre_invoke"]["name"]>().toEqualTypeOf<string>();
    expectTypeOf<{ name: string }>().toExtend<HookPayloads["tool_pre_invoke"]>();
    expectTypeOf<HookResults["http_pre_request"]["modified_payload"]>().toEqualTypeOf<Record<
      string,
      string
    > | null>();
    expectTypeOf<HookResults["tool_pre_invoke"]["modified_payload"]>().toEqualTypeOf<
      HookPayloads["tool_pre_invoke"] | null
    >();
  });
});
