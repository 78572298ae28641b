import { expect, test } from "vitest";
import { dumpConfig } from "../../src/server/config-dump.ts";
import { definePlugin } from "../../src/server/define-plugin.ts";

test("conditions are shown as hosts read them, with every field", () => {
  const plugin = definePlugin({
    name: "P",
    conditions: [
      { tools: ["b", "a", "b"], agents: [], user_patterns: [], content_types: ["Text/HTML; q=1"] },
    ],
    hooks: { tool_pre_invoke: () => undefined },
  });
  expect(Object.entries(dumpConfig(plugin))).toContainEqual([
    "conditions",
    [
      {
        server_ids: null,
        tenant_ids: null,
        tools: ["a", "b"],
        prompts: null,
        resources: null,
        agents: null,
        user_patterns: [],
        content_types: ["text/html"],
      },
    ],
  ]);
});
