import { expect, test } from "vitest";
import { readError } from "../../src/models/read-error.ts";
import { readResult } from "../../src/models/read-result.ts";
import { allow, hookNamed } from "./support/answers.ts";

function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (thrown) {
    const { path, message } = thrown as { path: string; message: string };
    return `${path} ${message}`;
  }
  throw new Error("there is none");
}

test.each([
  [{ code: 1 }, "error.code must be a text or null"],
  [{ details: "x" }, "error.details must be an object or null"],
  [{ mcp_error_code: null }, "error.mcp_error_code must be a whole number"],
])("of an error: %j", (members, fault) => {
  expect(faultOf(() => readError({ message: "m", plugin_name: "P", ...members }))).toBe(fault);
});

const violation = { reason: "r", description: "d", code: "c" };

test.each([
  [{ executions: {} }, "result.executions must be a list"],
  [{ executions: null }, "result.executions must be a list"],
  [{ http_headers: [] }, "result.http_headers must be an object of texts"],
  [
    { violation: { ...violation, mcp_error_code: "1" } },
    "result.violation.mcp_error_code must be a whole number or null",
  ],
])("of a result: %j", (members, fault) => {
  const hook = hookNamed("tool_pre_invoke");
  expect(faultOf(() => readResult({ ...allow, ...members }, hook, false))).toBe(fault);
});

test.each([
  ["agent_pre_invoke", { tools: ["a", 1] }, "tools.1 must be a text"],
  ["agent_pre_invoke", { tools: "a" }, "tools must be a list"],
  ["agent_post_invoke", { tool_calls: [{}, {}, null] }, "tool_calls.2 must be an object"],
  ["agent_post_invoke", { tool_calls: {} }, "tool_calls must be a list"],
])("of a payload of %s: %j", (type, members, fault) => {
  const payload = { agent_id: "a", messages: [], ...members };
  const result = { ...allow, modified_payload: payload };
  expect(faultOf(() => readResult(result, hookNamed(type), false))).toBe(
    `result.modified_payload.${fault}`,
  );
});
