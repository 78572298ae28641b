import { parseArgs } from "node:util";
import { servePlugins } from "mcp-tether/server";
import { policyPlugin } from "./plugin.ts";

const { values } = parseArgs({
  options: {
    // 0 for any that is free
    port: { type: "string", default: "0" },
    // End when the process does that started this one, whatever happened to it
    "until-stdin-ends": { type: "boolean", default: false },
  },
});

const server = await servePlugins([policyPlugin], { transport: "http", port: Number(values.port) });
process.stdout.write(`${server.url}\n`);
if (values["until-stdin-ends"]) {
  process.stdin.resume().once("end", () => void server.close());
  void server.closed.then(() => process.stdin.destroy());
}
