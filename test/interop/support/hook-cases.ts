/** A call of a hook, and the payload that the fixture plugins return for it. */
export interface HookCase {
  readonly hook: string;
  readonly plugin: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly modified: unknown;
}

const request = {
  path: "/x",
  method: "GET",
  client_host: "h",
  client_port: 7,
  headers: { a: "b" },
};
const agent = { agent_id: "a", messages: [{ role: "user", content: "hi", unset: null }] };
const image = { type: "image", data: "aGk=", mimeType: "image/png", annotations: { unset: null } };
const prompt = { description: "d", messages: [{ role: "user", content: image }] };

const hookCases: readonly HookCase[] = [
  {
    hook: "tool_pre_invoke",
    plugin: "Rewrite",
    payload: { name: "t", args: { text: "bad", list: ["bad"], no: null }, headers: { a: "b" } },
    modified: { name: "t", args: { text: "good", list: ["bad"], no: null }, headers: { a: "b" } },
  },
  echoed("tool_post_invoke", {
    name: "t",
    result: [{ "": "ünï\u2028\u0000\ud83d\ude00", n: -0.5e-7 }],
  }),
  {
    hook: "prompt_pre_fetch",
    plugin: "Rewrite",
    payload: { prompt_id: "p", args: { text: "as bad as bad" } },
    modified: { prompt_id: "p", args: { text: "as good as good" } },
  },
  echoed("prompt_post_fetch", { prompt_id: "p", result: prompt }),
  echoed("resource_pre_fetch", { uri: "file:///ä", metadata: { depth: { of: [1, 2.5, true] } } }),
  echoed("resource_post_fetch", { uri: "u", content: { text: "line\nline", blob: null } }),
  echoed("agent_pre_invoke", {
    ...agent,
    tools: ["x", "y"],
    headers: { a: "b" },
    model: "m",
    system_prompt: "s",
    parameters: { temperature: 0.25, stop: null },
  }),
  echoed("agent_post_invoke", { ...agent, tool_calls: [{ id: 1, function: { name: "f" } }] }),
  {
    hook: "http_pre_request",
    plugin: "Web",
    payload: request,
    modified: { a: "b", "x-fixture": "1" },
  },
  {
    hook: "http_post_request",
    plugin: "Web",
    payload: { ...request, response_headers: { c: "d" }, status_code: 204 },
    modified: { "x-status": "204" },
  },
  {
    hook: "http_auth_resolve_user",
    plugin: "Web",
    payload: { credentials: { scheme: "Bearer" }, headers: {}, client_host: "h", client_port: 7 },
    modified: { email: "a@example.com", is_admin: false },
  },
  {
    hook: "http_auth_check_permission",
    plugin: "Web",
    payload: {
      user_email: "a@example.com",
      permission: "tools.read",
      resource_type: "tool",
      team_id: "1",
      is_admin: true,
      auth_method: "jwt",
      client_host: "h",
      user_agent: "u",
    },
    modified: { granted: true, reason: "fixture" },
  },
];

/** Every hook that the reference's server knows, by its name, with all fields that its payload has. */
export const casesByHook: readonly (readonly [string, HookCase])[] = hookCases.map((hookCase) => [
  hookCase.hook,
  hookCase,
]);

function echoed(hook: string, payload: Readonly<Record<string, unknown>>): HookCase {
  return { hook, plugin: "Echo", payload, modified: payload };
}
