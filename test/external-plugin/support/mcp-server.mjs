// An MCP server that is no plugin server: it has other tools, or none at all. Made with the MCP SDK.
//   node mcp-server.mjs <tools | bare>

import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const info = { name: "no-plugin-server", version: "1.0.0" };

function withTools() {
  const server = new McpServer(info);
  server.registerTool("add", { description: "adds nothing" }, () => ({ content: [] }));
  return server;
}

const server = process.argv[2] === "tools" ? withTools() : new Server(info, { capabilities: {} });
await server.connect(new StdioServerTransport());
