import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { createInspector, createWebSocketInspector } from "@statelyai/inspect";
import { ExternalPlugin } from "mcp-tether";

/**
 * A plugin under Stately's inspector, with its address as the argument:
 *
 *     node dist/examples/stately-inspect.js ws://localhost:8080
 *
 * There a program that has called `createInspectorServer()` of `@statelyai/inspect/server` passes everything on to a page of
 * stately.ai. It listens on all interfaces and asks for no token. Without an address, what would be sent is printed.
 */
const [url] = process.argv.slice(2);
if (url !== undefined && !(await isServed(url))) {
  process.stderr.write(`Nothing answers at ${url}: start createInspectorServer() first\n`);
  process.exit(1);
}
const inspector =
  url === undefined
    ? createInspector({ send: (event) => process.stdout.write(`${JSON.stringify(event)}\n`) })
    : createWebSocketInspector({ url });

const script = fileURLToPath(new URL("./plugins/pii/server.js", import.meta.url));
const plugin = new ExternalPlugin(
  {
    name: "PiiMasker",
    kind: "external",
    mcp: { proto: "STDIO", cmd: [process.execPath, script] },
  },
  // Any observer of XState's inspection will do.
  { inspect: inspector.inspect },
);
await plugin.initialize();
const context = {
  state: {},
  metadata: {},
  global_context: { request_id: "r1", state: {}, metadata: {} },
};
const args = { to: "ada@example.org" };
await plugin.invokeHook("tool_pre_invoke", { name: "mail_send", args }, context);
await plugin.shutdown();
inspector.stop();

/** The inspector itself would try again for ever, and say nothing. */
async function isServed(address: string): Promise<boolean> {
  try {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port || 80), hostname);
    await once(socket, "connect");
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}
