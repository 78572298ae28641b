import { allow, block, definePlugin, type Plugin } from "mcp-tether/server";
import { Ledger } from "../ledger.ts";
import { defaultRules } from "./default-rules.ts";
import { evaluateCall } from "./evaluate.ts";

const name = "PolicyGuard";
const ledger = Ledger.fromEnvironment(name);

export const policyPlugin: Plugin = definePlugin({
  name,
  version: "1.0.0",
  description: "Blocks tool calls that break a rule",
  tags: ["policy"],
  // What hosts may know of the rules
  config: { rules: defaultRules.map(({ code, tool, reason }) => ({ code, tool, reason })) },
  hooks: {
    tool_pre_invoke: (payload, context) =>
      ledger.run("tool_pre_invoke", context, () => {
        const violation = evaluateCall(payload, defaultRules);
        return violation === undefined ? allow() : block(violation);
      }),
  },
});
