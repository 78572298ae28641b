/** Arguments of `tools/call` that are not in the recordings: what a host of another make may send. */
export const unusualRequests: readonly (readonly [string, Record<string, unknown>])[] = [
  ...invocations("payload", [
    ["tool_pre_invoke", { name: 5 }],
    ["tool_pre_invoke", { name: null }],
    ["tool_pre_invoke", { name: "t", args: [1] }],
    ["tool_pre_invoke", { name: "t", args: 5, headers: 6 }],
    ["tool_pre_invoke", { name: "t", headers: { a: 1, b: null } }],
    ["tool_pre_invoke", { name: "t", headers: null, args: null }],
    ["tool_pre_invoke", {}],
    ["tool_pre_invoke", { name: "t", unknown: 1 }],
    ["tool_pre_invoke", { name: true, args: true }],
    ["tool_pre_invoke", { name: ["t"] }],
    ["tool_pre_invoke", { name: { a: "b" } }],
    ["tool_pre_invoke", { name: 1.5 }],
    ["tool_post_invoke", { name: "t" }],
    ["tool_post_invoke", { name: "t", result: null }],
    ["tool_post_invoke", { result: 1 }],
    ["prompt_pre_fetch", {}],
    ["prompt_pre_fetch", { prompt_id: "p", args: { a: 1, b: true, c: null, d: "x" } }],
    ["prompt_pre_fetch", { prompt_id: 7 }],
    ["prompt_post_fetch", { prompt_id: "p" }],
    ["prompt_post_fetch", { prompt_id: "p", result: "text" }],
    ["prompt_post_fetch", { prompt_id: "p", result: null }],
    ["prompt_post_fetch", { prompt_id: "p", result: [1, { a: [{ b: null }] }] }],
    ["resource_pre_fetch", { uri: 1 }],
    ["resource_pre_fetch", { uri: "u", metadata: "x" }],
    ["resource_post_fetch", { uri: "u" }],
    ["resource_post_fetch", { content: 1 }],
    ["agent_pre_invoke", { agent_id: "a" }],
    ["agent_pre_invoke", { agent_id: "a", messages: "x" }],
    ["agent_pre_invoke", { agent_id: "a", messages: [], tools: [1, "x", null] }],
    ["agent_pre_invoke", { agent_id: "a", messages: [1, null, "x"], model: 1, parameters: [] }],
    ["agent_post_invoke", { agent_id: "a", messages: [], tool_calls: [1, {}] }],
    ["agent_post_invoke", { agent_id: "a", messages: [{}], tool_calls: {} }],
  ]),
  ...invocations(
    "payload",
    [
      ["http_pre_request", {}],
      ["http_pre_request", { path: "/", method: "GET", headers: { a: 1 } }],
      ["http_pre_request", { path: "/", method: "GET", headers: [] }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "x" }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: 1.5 }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "80" }],
      ["http_post_request", { path: "/", method: "GET", headers: {}, status_code: "200" }],
      ["http_post_request", { path: "/", method: "GET", headers: {}, response_headers: { a: [] } }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: true }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: " +1_000.0 " }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "080" }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "8.5" }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "1e3" }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: "" }],
      ["http_pre_request", { path: "/", method: "GET", headers: {}, client_port: [] }],
      ["http_pre_request", { path: 1, method: "GET", headers: {}, client_port: "80" }],
      ["http_auth_resolve_user", {}],
      ["http_auth_resolve_user", { headers: {}, credentials: "x" }],
      ["http_auth_check_permission", {}],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: "yes" }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: "maybe" }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: 1 }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: 2 }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: null }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: "TRUE" }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: " true" }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: "off" }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: 0.5 }],
      ["http_auth_check_permission", { user_email: "a", permission: "p", is_admin: [] }],
      ["http_auth_check_permission", { user_email: 1, permission: "p", is_admin: "y" }],
    ],
    "Web",
  ),
  ...contexts([
    { state: [], global_context: { request_id: "r" } },
    { state: null, global_context: { request_id: "r" } },
    { metadata: "x", global_context: { request_id: "r" } },
    { global_context: "x" },
    { global_context: null },
    { global_context: { request_id: 5 } },
    { global_context: { request_id: null } },
    { global_context: { request_id: "r", user: 5 } },
    { global_context: { request_id: "r", user: ["a"] } },
    { global_context: { request_id: "r", state: null, metadata: null } },
    { global_context: { request_id: "r", tenant_id: 5, server_id: true } },
    { global_context: { request_id: "r", user_context: {} } },
    {
      global_context: { request_id: "r", user_context: { user_id: "u", groups: "x", is_admin: 3 } },
    },
    {
      global_context: { request_id: "r", user_context: { user_id: "u", teams: null } },
      state: { a: 1 },
    },
    { global_context: { request_id: "r", content_type: "x".repeat(201) } },
    { global_context: { request_id: "r", content_type: "a\u0001" } },
    { global_context: { request_id: "r", content_type: "application/json" }, state: { a: 1 } },
    { state: 5, metadata: 6, global_context: { state: 7 } },
    { state: { "": { ü: [null, 1.5, "\u2028"] } }, global_context: { request_id: "" } },
  ]),
  tool("invoke_hook", {}),
  tool("invoke_hook", { hook_type: 5, plugin_name: null, payload: null, context: [] }),
  tool("invoke_hook", { ...whole(), hook_type: null }),
  tool("invoke_hook", { ...whole(), payload: "not JSON" }),
  tool("invoke_hook", { ...whole(), payload: "[1]" }),
  tool("invoke_hook", { ...whole(), payload: "5" }),
  tool("invoke_hook", { ...whole(), payload: "null" }),
  tool("invoke_hook", { ...whole(), payload: 5 }),
  tool("invoke_hook", { ...whole(), payload: null }),
  tool("invoke_hook", { ...whole(), context: '{"global_context":{"request_id":"r"}}' }),
  tool("invoke_hook", { ...whole(), context: "" }),
  tool("invoke_hook", { ...whole(), plugin_name: "" }),
  tool("invoke_hook", { ...whole(), plugin_name: "E'ch\"o\n" }),
  tool("invoke_hook", { ...whole(), hook_type: "tool_pre_invoke " }),
  tool("invoke_hook", { ...whole(), plugin_name: '"Echo"' }),
  tool("invoke_hook", { ...whole(), hook_type: "[]" }),
  tool("get_plugin_config", { name: 5 }),
  tool("get_plugin_config", { name: null }),
  tool("get_plugin_config", { name: "" }),
  tool("get_plugin_config", { name: ["Echo"] }),
  tool("get_plugin_config", { name: "Echo", more: 1 }),
  tool("get_plugin_config", { name: "ECHO" }),
  tool("get_plugin_configs", { unknown: 1 }),
  tool("", {}),
  tool("Invoke_Hook", whole()),
];

function whole(): Record<string, unknown> {
  return {
    hook_type: "tool_pre_invoke",
    plugin_name: "Echo",
    payload: { name: "t" },
    context: { global_context: { request_id: "r" } },
  };
}

function tool(
  name: string,
  args: Record<string, unknown>,
): readonly [string, Record<string, unknown>] {
  return [`${name} ${JSON.stringify(args)}`, { name, arguments: args }];
}

function invocations(
  what: string,
  calls: readonly (readonly [string, Record<string, unknown>])[],
  plugin_name = "Echo",
): (readonly [string, Record<string, unknown>])[] {
  return calls.map(([hook_type, payload]) => {
    const args = { ...whole(), hook_type, plugin_name, payload };
    return [
      `${what} of ${hook_type}: ${JSON.stringify(payload)}`,
      { name: "invoke_hook", arguments: args },
    ];
  });
}

function contexts(
  list: readonly Record<string, unknown>[],
): (readonly [string, Record<string, unknown>])[] {
  return list.map((context) => [
    `context ${JSON.stringify(context)}`,
    { name: "invoke_hook", arguments: { ...whole(), context } },
  ]);
}
