// The same plugin on this library's own server.
import { definePlugin, modify, servePlugins } from "mcp-tether/server";
import { pluginName } from "../workload.ts";
import { announce, transport } from "./server-options.ts";

const plugin = definePlugin({
  name: pluginName,
  hooks: { tool_pre_invoke: (payload) => modify(payload) },
});

if (transport === "stdio") {
  await servePlugins([plugin], { transport });
} else {
  const jsonResponse = transport === "http-json";
  const server = await servePlugins([plugin], { transport: "http", port: 0, jsonResponse });
  announce(`${server.url}`);
}
