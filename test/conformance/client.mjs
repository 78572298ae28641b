// The client that the conformance suite starts, with the address of its server as the last argument. A plugin host
// calls one tool only, so what the suite wants to see called goes through the client's transport.
import { realClock } from "../../dist/src/clock.js";
import { ExternalPlugin } from "../../dist/src/index.js";
import { silentLogger } from "../../dist/src/logger.js";
import { shakeHands } from "../../dist/src/transports/handshake.js";
import { createHttpChannel } from "../../dist/src/transports/http/http-channel.js";

const url = process.argv.at(-1);

const scenarios = {
  // The server of this scenario is no plugin server, so there is no configuration to be had from it.
  initialize: async () => {
    const plugin = new ExternalPlugin({
      name: "Guard",
      kind: "external",
      mcp: { proto: "STREAMABLEHTTP", url },
    });
    const error = await plugin.initialize().then(
      () => undefined,
      (thrown) => thrown,
    );
    await plugin.shutdown();
    if (error?.code !== "CONFIG_FETCH_FAILED") throw error ?? new Error("expected a failure");
  },
  tools_call: async () => await callTool({ name: "add_numbers", arguments: { a: 5, b: 3 } }),
  "sse-retry": async () => await callTool({ name: "test_reconnection", arguments: {} }),
};

async function callTool(params) {
  let settle;
  const settled = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  const spec = {
    plugin: "Guard",
    mcp: { url },
    maxMessageBytes: 1024 * 1024,
    closeMs: 1_000,
    exposePluginText: false,
    logger: silentLogger,
    clock: realClock,
  };
  const channel = createHttpChannel(spec, {
    answered: ([answer]) => settle.resolve(answer.body),
    failed: ([failure]) => settle.reject(failure.error),
    lost: ({ error }) => settle.reject(error),
  });
  try {
    await channel.open(new AbortController().signal);
    await shakeHands("Guard", channel.transport);
    channel.call([{ id: 1, params: JSON.stringify(params) }]);
    const body = await settled;
    if (!("result" in body)) throw new Error("expected a result");
  } finally {
    await channel.close();
  }
}

await scenarios[process.env.MCP_CONFORMANCE_SCENARIO]();
