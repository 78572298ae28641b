import { describe, expect, test } from "vitest";
import { pluginContextSchema } from "../../src/models/plugin-context-schema.ts";

const shared = (more: object = {}): unknown => ({
  global_context: { request_id: "r", ...more },
});

describe("pluginContextSchema", () => {
  test("fills in every default", () => {
    expect(pluginContextSchema.parse(shared())).toStrictEqual({
      state: {},
      global_context: {
        request_id: "r",
        user: null,
        user_context: null,
        tenant_id: null,
        server_id: null,
        content_type: null,
        state: {},
        metadata: {},
      },
      metadata: {},
    });
  });

  test("a user is a name or an object; a detailed one has its defaults", () => {
    const { global_context } = pluginContextSchema.parse(
      shared({ user: { email: "a", later: 1 }, user_context: { user_id: "u", later: 1 } }),
    );
    expect(global_context.user).toStrictEqual({ email: "a", later: 1 });
    expect(global_context.user_context).toStrictEqual({
      user_id: "u",
      email: null,
      full_name: null,
      is_admin: false,
      groups: [],
      roles: [],
      teams: null,
      team_id: null,
      department: null,
      attributes: {},
      auth_method: null,
      authenticated_at: null,
      service_account: null,
      delegation_chain: [],
    });
    expect(pluginContextSchema.parse(shared({ user: "u" })).global_context.user).toBe("u");
  });

  test("the type of the content has at most 200 characters, however long each of them is", () => {
    const content_type = `text/html; title=${"😀".repeat(183)}`;
    const { global_context } = pluginContextSchema.parse(shared({ content_type }));
    expect(global_context).toHaveProperty("content_type", content_type);
  });

  test("a moment that is given as Unix time becomes a text", () => {
    const user_context = { user_id: "u", authenticated_at: 1_700_000_000 };
    expect(pluginContextSchema.parse(shared({ user_context }))).toHaveProperty(
      "global_context.user_context.authenticated_at",
      "2023-11-14T22:13:20Z",
    );
  });

  test("two contexts share nothing that a plugin may change", () => {
    const [one, other] = [pluginContextSchema.parse(shared()), pluginContextSchema.parse(shared())];
    expect(one.state).not.toBe(other.state);
    expect(one.metadata).not.toBe(other.metadata);
    expect(one.global_context.state).not.toBe(other.global_context.state);
  });

  test.each<[string, unknown, string]>([
    ["no global context", {}, "global_context"],
    ["no request id", { global_context: {} }, "global_context.request_id"],
    ["a list for state", { ...Object(shared()), state: [] }, "state"],
    ["a number for the user", shared({ user: 1 }), "global_context.user"],
    ["a user without an id", shared({ user_context: {} }), "global_context.user_context.user_id"],
    [
      "a long content type",
      shared({ content_type: "x".repeat(201) }),
      "global_context.content_type",
    ],
    [
      "a long one that is unprintable too",
      shared({ content_type: "\0".repeat(201) }),
      "global_context.content_type",
    ],
    ["an unprintable one", shared({ content_type: "a\u0007" }), "global_context.content_type"],
    [
      "a space that cannot be seen",
      shared({ content_type: "a\u00a0" }),
      "global_context.content_type",
    ],
    ["a line separator", shared({ content_type: "a\u2028" }), "global_context.content_type"],
    [
      "no moment",
      shared({ user_context: { user_id: "u", authenticated_at: "nonsense" } }),
      "global_context.user_context.authenticated_at",
    ],
  ])("%s is refused", (_, input, at) => {
    const paths = pluginContextSchema
      .safeParse(input)
      .error?.issues.map((issue) => issue.path.join("."));
    expect(paths).toStrictEqual([at]);
  });
});
