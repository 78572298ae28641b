import { allow, definePlugin, servePlugins } from "../../../src/server/index.ts";

// All plugins of the load in one server, in a process of its own: what is measured is the host.
const count = Number(process.argv[2]);
const plugins = Array.from({ length: count }, (_, index) =>
  definePlugin({ name: `Plugin${index + 1}`, hooks: { tool_pre_invoke: () => allow() } }),
);
const server = await servePlugins(plugins, { transport: "http", port: 0 });
process.stdout.write(`${server.url}\n`);
