import { describe, expect, test } from "vitest";
import type { CmfContentPart } from "../../src/index.ts";
import { Clients, failureOf, fullContext, invoke } from "./support/clients.ts";
import { ownOverStdio } from "./support/own-sites.ts";
import { referenceOverStdio } from "./support/reference-sites.ts";
import type { Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const servers: Record<string, () => Site> = {
  "the reference's server": () => referenceOverStdio("newer_hooks.yaml"),
  "our server": () => ownOverStdio({ recorded: false }),
};

/** Every kind of part that a message may have, with no more than it needs, and what the models add. */
const parts: readonly (readonly [CmfContentPart, object?])[] = [
  [{ content_type: "text", text: "hi" }],
  [{ content_type: "thinking", text: "hm" }],
  [
    {
      content_type: "tool_call",
      content: { tool_call_id: "1", name: "f", arguments: { unset: null } },
    },
    { namespace: null },
  ],
  [
    { content_type: "tool_result", content: { tool_call_id: "1", tool_name: "f", content: [1] } },
    { is_error: false },
  ],
  [
    {
      content_type: "resource",
      content: { resource_request_id: "1", uri: "u", resource_type: "file", size_bytes: 5 },
    },
    {
      name: null,
      description: null,
      content: null,
      blob: null,
      mime_type: null,
      annotations: {},
      version: null,
    },
  ],
  [
    {
      content_type: "resource_ref",
      content: { resource_request_id: "1", uri: "u", resource_type: "uri", range_start: 1 },
    },
    { name: null, range_end: null, selector: null },
  ],
  [
    { content_type: "prompt_request", content: { prompt_request_id: "1", name: "p" } },
    { arguments: {}, server_id: null },
  ],
  [
    { content_type: "prompt_result", content: { prompt_request_id: "1", prompt_name: "p" } },
    { messages: [], content: null, is_error: false, error_message: null },
  ],
  [{ content_type: "image", content: { type: "url", data: "d" } }, { media_type: null }],
  [
    { content_type: "audio", content: { type: "base64", data: "aGk=", duration_ms: 5 } },
    { media_type: null },
  ],
  [
    { content_type: "video", content: { type: "url", data: "d" } },
    { media_type: null, duration_ms: null },
  ],
  [
    { content_type: "document", content: { type: "url", data: "d", title: "t" } },
    { media_type: null },
  ],
];

describe.each(Object.entries(servers))("the hooks of the newer generation on %s", (_, open) => {
  const { site } = useSite(open);
  const clients = new Clients(site);

  test.each(parts.map(([part, defaults]) => [part.content_type, part, defaults] as const))(
    "a message with a part of the kind %s",
    async (_kind, part, defaults) => {
      const messages = await clients.of("Messages");
      const { modified_payload } = await messages.invokeHook(
        "evaluate",
        { message: { role: "user", content: [part] } },
        fullContext({}),
      );
      const [returned] = modified_payload?.message.content ?? [];
      const expected = "content" in part ? { ...part.content, ...defaults } : undefined;
      expect(returned).toEqual({ ...part, ...(expected && { content: expected }) });
      expect(modified_payload).toMatchObject({
        message: { schema_version: "2.0", role: "user", channel: null },
        hook: "evaluate",
      });
    },
  );

  test.each([
    "cmf.tool_pre_invoke",
    "cmf.tool_post_invoke",
    "cmf.llm_input",
    "cmf.llm_output",
    "cmf.resource_pre_fetch",
    "cmf.resource_post_fetch",
    "cmf.prompt_pre_fetch",
    "cmf.prompt_post_fetch",
  ])("%s", async (hook) => {
    const messages = await clients.of("Messages");
    const payload = {
      message: { schema_version: "2.0", role: "assistant", content: [], channel: "final" },
      hook: hook.replace("cmf.", ""),
    };
    const { modified_payload } = await invoke(messages, hook, payload, fullContext({}));
    expect(modified_payload).toEqual(payload);
  });

  test("a message that is none is the server's to refuse", async () => {
    const messages = await clients.of("Messages");
    const failed = invoke(messages, "evaluate", { message: { role: "nobody" } }, fullContext({}));
    expect(await failureOf(failed)).toMatchObject({
      code: "PLUGIN_ERROR",
      error: { message: expect.stringMatching(/^1 validation error for MessagePayload\nmessage/) },
    });
  });

  test("identity_resolve gets the token itself, and knows whose it is", async () => {
    const identity = await clients.of("Identity");
    const resolve = async (raw_token: string) =>
      await identity.invokeHook("identity_resolve", { raw_token }, fullContext({}));
    expect((await resolve("letmein")).modified_payload).toEqual({
      subject: {
        id: "u1",
        type: "user",
        roles: [],
        permissions: [],
        teams: [],
        claims: { via: "bearer" },
      },
      delegation: null,
      rejected: false,
      reject_status: 401,
      reject_reason: "",
      raw_claims: { n: null },
    });
    expect((await resolve("other")).modified_payload).toMatchObject({
      subject: null,
      rejected: true,
      reject_status: 403,
      reject_reason: "not other",
    });
  });

  test("token_delegate gets the token itself, and gives another one", async () => {
    const identity = await clients.of("Identity");
    const { modified_payload } = await identity.invokeHook(
      "token_delegate",
      { target_name: "t", bearer_token: "abc", route_attenuation: { ttl_seconds: 5 } },
      fullContext({}),
    );
    expect(modified_payload).toEqual({
      delegated_token: "abc for t",
      delegation_update: {
        chain: [],
        depth: 0,
        origin_subject_id: null,
        actor_subject_id: null,
        delegated: false,
        age_seconds: 0,
      },
      forwarded_headers: { "x-audience": "none" },
      cache_key: null,
      cache_ttl: 60,
    });
  });
});
