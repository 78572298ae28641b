import { parseArgs } from "node:util";
import { allow, block, definePlugin, servePlugins } from "mcp-tether/server";
import { Ledger } from "../ledger.ts";
import { defaultRules } from "./default-rules.ts";
import { evaluateCall } from "./evaluate.ts";

const { values } = parseArgs({
  options: {
    // 0 for any that is free
    port: { type: "string", default: "0" },
    // End when the process does that started this one, whatever happened to it
    "until-stdin-ends": { type: "boolean", default: false },
  },
});

const name = "PolicyGuard";
const ledger = Ledger.fromEnvironment(name);

const plugin = definePlugin({
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

const server = await servePlugins([plugin], { transport: "http", port: Number(values.port) });
process.stdout.write(`${server.url}\n`);
if (values["until-stdin-ends"]) {
  process.stdin.resume().once("end", () => void server.close());
  void server.closed.then(() => process.stdin.destroy());
}
