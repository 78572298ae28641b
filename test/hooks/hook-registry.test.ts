import { describe, expect, expectTypeOf, test } from "vitest";
import type { HookPayloads, HookResults } from "../../src/hooks/hook-payloads.ts";
import { findHook } from "../../src/hooks/hook-registry.ts";
import { payloadSchemas } from "../../src/hooks/payload-schemas.ts";
import { hookTypes, isHookType } from "../../src/hooks/register-hook.ts";

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
  ["server_pre_register", "ServerPreRegisterPayload"],
  ["runtime_pre_deploy", "RuntimePreDeployPayload"],
  ["evaluate", "MessagePayload"],
  ["cmf.tool_pre_invoke", "MessagePayload"],
  ["cmf.tool_post_invoke", "MessagePayload"],
  ["cmf.llm_input", "MessagePayload"],
  ["cmf.llm_output", "MessagePayload"],
  ["cmf.resource_pre_fetch", "MessagePayload"],
  ["cmf.resource_post_fetch", "MessagePayload"],
  ["cmf.prompt_pre_fetch", "MessagePayload"],
  ["cmf.prompt_post_fetch", "MessagePayload"],
  ["identity_resolve", "IdentityPayload"],
  ["token_delegate", "DelegationPayload"],
];

describe("findHook", () => {
  test.each(stockHooks)("%s", (type, payloadName) => {
    expect(findHook(type)).toMatchObject({ type, payloadName });
    expect(isHookType(type)).toBe(true);
  });

  test("knows no more than these", () => {
    expect(Object.keys(payloadSchemas).sort()).toStrictEqual(
      stockHooks.map(([type]) => type).sort(),
    );
    expect(hookTypes()).toStrictEqual(stockHooks.map(([type]) => type));
    for (const type of ["cmf.evaluate", "", "toString", "__proto__", "TOOL_PRE_INVOKE"]) {
      expect(findHook(type)).toBe(undefined);
      expect(isHookType(type)).toBe(false);
    }
    expect(isHookType(["evaluate"])).toBe(false);
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
    [
      "server_pre_register",
      { assessment_id: "a", image_ref: "registry.example/app:1" },
      { image_digest: null },
    ],
    ["runtime_pre_deploy", { assessment_id: "a", image_ref: "r" }, { image_digest: null }],
    [
      "identity_resolve",
      { raw_token: "t" },
      { source: "bearer", headers: {}, client_host: null, client_port: null },
    ],
    [
      "token_delegate",
      { target_name: "t" },
      {
        target_type: "tool",
        target_audience: null,
        required_permissions: [],
        trust_domain: null,
        auth_enforced_by: "caller",
        route_attenuation: null,
        bearer_token: null,
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
    ["server_pre_register", { assessment_id: "a" }, "image_ref"],
    ["identity_resolve", { raw_token: "t", headers: { a: 1 } }, "headers.a"],
    ["token_delegate", { target_name: "t", route_attenuation: "x" }, "route_attenuation"],
    ["evaluate", {}, "message"],
    ["evaluate", { message: { role: "oracle" } }, "message.role"],
    ["evaluate", { message: { role: "user" }, hook: "later" }, "hook"],
    [
      "cmf.llm_input",
      { message: { role: "user", content: [{}] } },
      "message.content.0.content_type",
    ],
    ["cmf.llm_input", { message: { role: "user", channel: "loud" } }, "message.channel"],
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

describe("a message", () => {
  const call = { tool_call_id: "1", name: "t" };
  const result = { tool_call_id: "1", tool_name: "t" };
  const resource = { resource_request_id: "1", uri: "u", resource_type: "file" };
  const media = { type: "url", data: "u", media_type: null };
  const request = { prompt_request_id: "1", name: "p" };
  const prompt = { prompt_request_id: "1", prompt_name: "p" };

  test.each<[string, unknown, object]>([
    ["tool_call", call, { arguments: {}, namespace: null }],
    ["tool_result", result, { content: null, is_error: false }],
    ["resource", resource, { content: null, blob: null, annotations: {}, size_bytes: null }],
    ["resource_ref", resource, { range_start: null, range_end: null, selector: null }],
    ["prompt_request", request, { arguments: {}, server_id: null }],
    ["prompt_result", prompt, { messages: [], content: null, is_error: false }],
    ["image", media, {}],
    ["video", media, { duration_ms: null }],
    ["audio", media, { duration_ms: null }],
    ["document", media, { title: null }],
  ])("has parts of %s, with their defaults", (content_type, content, defaults) => {
    const message = { role: "tool", content: [{ content_type, content }] };
    expect(parse("cmf.tool_post_invoke", { message })).toMatchObject({
      message: { schema_version: "2.0", channel: null, content: [{ content: defaults }] },
      hook: "evaluate",
    });
    const broken = { role: "tool", content: [{ content_type, content: {} }] };
    expect(() => parse("cmf.tool_post_invoke", { message: broken })).toThrow(
      /invalid_type|invalid_value/,
    );
  });

  test("may hold the messages of a prompt, and nothing that messages do not have", () => {
    const said = { role: "assistant", content: [{ content_type: "text", text: "hello" }] };
    const content = [{ content_type: "prompt_result", content: { ...prompt, messages: [said] } }];
    expect(parse("evaluate", { message: { role: "user", content } })).toMatchObject({
      message: { content: [{ content: { messages: [{ ...said, channel: null }] } }] },
    });
    expect(() => parse("evaluate", { message: { ...said, later: 1 } })).toThrow(
      /unrecognized_keys/,
    );
  });

  test("comes back checked, and what is wrong with it is not told: it may be the plugin's text", () => {
    const check = (value: unknown) => findHook("evaluate")?.checkModifiedPayload(value, "at");
    expect(check({ message: { role: "user" } })).toStrictEqual({
      message: { schema_version: "2.0", role: "user", content: [], channel: null },
      hook: "evaluate",
    });
    expect(() => check({ message: { role: "user", "se cret": 1 } })).toThrow(
      expect.objectContaining({ path: "at", message: "does not fit the schema of its hook" }),
    );
  });
});

test("an identity and a delegated token have their defaults", () => {
  const answer = (type: string, value: object) => findHook(type)?.checkModifiedPayload(value, "at");
  const subject = { id: "a", type: "user" };
  expect(answer("identity_resolve", { subject })).toStrictEqual({
    subject: { ...subject, roles: [], permissions: [], teams: [], claims: {} },
    delegation: null,
    rejected: false,
    reject_status: 401,
    reject_reason: "",
    raw_claims: {},
  });
  const hop = { subject_id: "a", subject_type: "user" };
  expect(answer("token_delegate", { delegation_update: { chain: [hop] } })).toMatchObject({
    delegated_token: null,
    delegation_update: { chain: [{ ...hop, scopes_granted: [], from_cache: false }], depth: 0 },
    forwarded_headers: {},
  });
  expect(answer("token_delegate", {})).toMatchObject({
    delegation_update: { chain: [], depth: 0 },
  });
  expect(() => answer("token_delegate", { forwarded_headers: { a: 1 } })).toThrow("does not fit");
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
