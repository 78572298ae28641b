import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type PluginServer, servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { adapted, recording } from "./support/golden.ts";
import { HttpClient } from "./support/http-client.ts";
import { envelope, LineClient } from "./support/line-client.ts";

// Each is compared with the recording of the reference server: texts character by character, so the order of keys, the
// indentation, nulls and defaults as well.
const same = [
  "get_plugin_config_found",
  "get_plugin_config_case_insensitive",
  "get_plugin_config_disabled",
  "get_plugin_config_not_found",
  "get_plugin_config_missing_arg",
  "unknown_tool",
  "allow",
  "allow_full_context_untouched",
  "allow_with_metadata",
  "modified_tool",
  "modified_tool_headers",
  "modified_prompt",
  "echo_prompt_post",
  "echo_resource_post",
  "echo_agent_pre",
  "violation_without_object",
  "violation_permissive_mode",
  "error_plain_exception",
  "error_violation_raised",
  "error_ignored_by_on_error",
  "context_mutated",
  "context_mutated_full",
  "context_user_dict",
  "context_extra_fields",
  "unknown_plugin",
  "plugin_name_is_case_sensitive",
  "disabled_plugin",
  "hook_not_on_plugin",
  "unknown_hook",
  "malformed_payload_missing_field",
  "malformed_payload_wrong_type",
  "malformed_prompt_args_not_strings",
  "payload_null_args",
  "payload_as_json_string",
  "payload_is_list",
  "malformed_context_empty",
  "malformed_context_no_request_id",
  "missing_context_arg",
  "extra_tool_argument",
  "http_pre_request",
  "http_post_request",
  "http_auth_resolve_user",
];

const servers = {
  stdio: async () => {
    const client = await LineClient.start();
    return { client, stop: () => client.kill() };
  },
  "http, event stream": async () => await overHttp({}),
  "http, json": async () => await overHttp({ jsonResponse: true }),
  "http, stateless": async () => await overHttp({ stateless: true }),
};

async function overHttp(options: { jsonResponse?: boolean; stateless?: boolean }) {
  const server: PluginServer = await servePlugins(plugins, {
    transport: "http",
    port: 0,
    handleSignals: false,
    ...options,
  });
  const client = await HttpClient.start(server);
  return {
    client,
    stop: async () => {
      await client.close();
      await server.close();
    },
  };
}

describe.each(Object.entries(servers))("%s", (_name, start) => {
  let server: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    server = await start();
  });

  afterAll(async () => {
    await server.stop();
  });

  test.each(same)("%s", async (name) => {
    const { request, result } = recording(name);
    const answer = await server.client.request(request.method, request.params);
    expect(answer.result).toEqual(adapted(result));
  });

  test("initialize", async () => {
    const { request, result } = recording("initialize");
    const answer = await server.client.request(request.method, request.params);
    expect(answer.result).toEqual({
      ...result,
      serverInfo: { name: "MCP Plugin Server", version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
  });

  test("tools_list", async () => {
    const { request, result } = recording("tools_list");
    const answer = await server.client.request(request.method);
    const described = JSON.stringify(answer.result).replace(
      /"description":"[^"]+"/g,
      '"description":"<prose removed>"',
    );
    expect(JSON.parse(described)).toEqual(result);
  });

  test("get_plugin_configs", async () => {
    const { request, result } = recording("get_plugin_configs");
    const answer = await server.client.request(request.method, request.params);
    const [ours, theirs] = [answer.result, adapted(result)].map((listed) => {
      const texts = (listed?.content ?? []).map(({ text }) => text);
      expect(texts.map((text) => JSON.parse(text))).toEqual(listed?.structuredContent?.result);
      return { isError: listed?.isError, texts };
    });
    // Plugins which only one of the two servers has say nothing.
    const others = /"name": "(Die|Noisy|Stuck|Impatient\w*|Forgetful|Wrong)"/;
    expect(ours?.texts.filter((text) => !others.test(text))).toEqual(
      theirs?.texts.filter((text) => !others.test(text)),
    );
    expect(ours?.isError).toBe(false);
  });

  test("echo_tool_post: refuses to return the integer that JavaScript would change", async () => {
    const { request, result } = recording("echo_tool_post");
    const answer = await server.client.request(request.method, request.params);
    expect(answer.result?.isError).toBe(result.isError);
    expect(envelope(answer)).toMatchObject({
      plugin_name: "Echo",
      error: { message: expect.stringContaining("beyond 2^53"), mcp_error_code: -32603 },
    });
  });

  test("violation: also tells the metadata of the block, which the reference loses", async () => {
    const { request, result } = recording("violation");
    const answer = await server.client.request(request.method, request.params);
    const theirs = JSON.parse(result.content?.[0]?.text ?? "");
    expect(theirs.result.metadata).toBeNull();
    theirs.result.metadata = { blocker: "fixture" };
    expect(answer.result?.content?.[0]?.text).toBe(JSON.stringify(theirs, null, 2));
  });

  test("context_cleared: also tells of the emptied context, which the reference keeps to itself", async () => {
    const { request, result } = recording("context_cleared");
    const answer = await server.client.request(request.method, request.params);
    const theirs = JSON.parse(result.content?.[0]?.text ?? "");
    expect(theirs).not.toHaveProperty("context");
    const ours = envelope(answer);
    expect(ours).toEqual({
      ...theirs,
      context: expect.objectContaining({
        state: {},
        metadata: {},
        global_context: expect.objectContaining({ request_id: "r1", user: "alice", state: {} }),
      }),
    });
  });
});
