import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hookTypes } from "../src/hooks/register-hook.ts";
import {
  hookPayloadSchema,
  hookResultSchema,
  pluginConfigSchema,
  pluginContextSchema,
  pluginErrorSchema,
  pluginViolationSchema,
} from "../src/schemas.ts";

const violation = { reason: "r", description: "d", code: "c" };

/** What is wrong with a value, as path and message. */
function problems(schema: z.ZodType, value: unknown): unknown[] {
  return (schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => [path, message]);
}

describe("a host's own schema", () => {
  const record = z.object({
    config: pluginConfigSchema,
    payload: hookPayloadSchema("tool_pre_invoke"),
    context: pluginContextSchema,
    results: z.array(hookResultSchema("tool_pre_invoke")),
    error: pluginErrorSchema.nullable(),
  });
  const config = { name: "A", kind: "external", mcp: { proto: "STDIO", cmd: ["a"] } };

  test("gives each model with its defaults", () => {
    const read = record.parse({
      config,
      payload: { name: "t" },
      context: { global_context: { request_id: "r" } },
      results: [{ continue_processing: false, violation, later: 1 }],
      error: { message: "m", plugin_name: "A" },
    });
    expect(read).toMatchObject({
      config: { name: "A", priority: 100, mcp: { reconnect_attempts: 3 } },
      payload: { name: "t", args: {}, headers: null },
      context: { state: {}, global_context: { user: null } },
      results: [{ modified_payload: null, violation: { ...violation, details: {} } }],
      error: { code: "", mcp_error_code: -32603 },
    });
    expect(read.results[0]).not.toHaveProperty("later");
  });

  test("says where in it something is wrong", () => {
    const wrong = {
      config: { ...config, mode: "loud", mcp: { proto: "STDIO", cmd: ["a", ""] } },
      payload: {},
      context: {},
      results: [{ continue_processing: true, violation: { ...violation, code: 1 } }, 1],
      error: {},
    };
    expect(problems(record, wrong)).toMatchObject([
      [["config", "mcp", "cmd", 1], "MCP stdio cmd entries must be non-empty strings."],
      [["config", "mode"], expect.stringContaining("must be one of enforce, ")],
      [["payload", "name"], expect.anything()],
      [["context", "global_context"], expect.anything()],
      [["results", 0, "violation", "code"], "must be a text"],
      [["results", 1], "must be an object"],
      [["error", "message"], "is missing"],
    ]);
  });
});

test("a violation by itself", () => {
  expect(pluginViolationSchema.parse(violation)).toMatchObject({ ...violation, details: {} });
  expect(problems(pluginViolationSchema, { ...violation, reason: null })).toStrictEqual([
    [["reason"], "must be a text"],
  ]);
});

test.each(hookTypes())("%s has a payload and a result", (hookType) => {
  expect(hookResultSchema(hookType).parse({ continue_processing: true })).toMatchObject({
    modified_payload: null,
  });
  expect(hookPayloadSchema(hookType).safeParse(1).success).toBe(false);
});

test("no hook, no schema", () => {
  const name = "tool_pre_invok" as "tool_pre_invoke";
  const unknown = expect.objectContaining({ code: "HOOK_UNKNOWN" });
  expect(() => hookResultSchema(name)).toThrow(unknown);
  expect(() => hookPayloadSchema(name)).toThrow(unknown);
});
