import { describe, expect, test } from "vitest";
import { findHook } from "../../src/hooks/hook-registry.ts";
import { pluginContextSchema } from "../../src/models/plugin-context-schema.ts";
import { readLax } from "../../src/server/lax-input.ts";

const request = { path: "/", method: "GET", headers: {} };

function read(hook: string, payload: unknown) {
  const schema = findHook(hook)?.payloadSchema;
  if (schema === undefined) throw new Error(`expected a hook: ${hook}`);
  return readLax<unknown>(schema, payload);
}

describe("whole numbers may be given", () => {
  test.each([
    ["80", 80],
    [" -1_000.0 ", -1_000],
    ["080", 80],
    [true, 1],
  ])("as %j", (client_port, number) => {
    expect(read("http_pre_request", { ...request, client_port })).toMatchObject({
      success: true,
      data: { client_port: number },
    });
  });

  test.each(["8.5", "8.", "1e3", "", "1__0", "9007199254740993", [], {}, 1.5])(
    "but not as %j",
    (client_port) => {
      expect(read("http_pre_request", { ...request, client_port }).success).toBe(false);
    },
  );
});

describe("truth values may be given", () => {
  const permission = { user_email: "a", permission: "p" };

  test.each([
    ["yes", true],
    ["T", true],
    [1, true],
    ["Off", false],
    ["n", false],
    [0, false],
  ])("as %j", (is_admin, value) => {
    expect(read("http_auth_check_permission", { ...permission, is_admin })).toMatchObject({
      success: true,
      data: { is_admin: value },
    });
  });

  test.each(["maybe", " true", "", 2, 0.5, null, []])("but not as %j", (is_admin) => {
    expect(read("http_auth_check_permission", { ...permission, is_admin }).success).toBe(false);
  });
});

test("what is inside of a payload of free form is not touched, and the input not changed", () => {
  const context = {
    state: { is_admin: "yes" },
    global_context: { request_id: "r", user_context: { user_id: "u", is_admin: "yes" } },
  };
  const before = structuredClone(context);
  expect(readLax(pluginContextSchema, context)).toMatchObject({
    success: true,
    data: {
      state: { is_admin: "yes" },
      global_context: { user_context: { is_admin: true } },
    },
  });
  expect(context).toEqual(before);
});

test("of several things that are wrong, those are told that remain", () => {
  const { error } = read("http_pre_request", { ...request, path: 1, client_port: "80" });
  expect(error?.issues).toMatchObject([{ path: ["path"] }]);
});
