// Two plugins within a statechart of one's own: node dist/examples/embedded.js
import { fileURLToPath } from "node:url";
import { servePlugins } from "mcp-tether/server";
import { createActor, toPromise } from "xstate";
import { gatewayMachine, type ToolRun } from "./embedded/gateway-machine.ts";
import { policyPlugin } from "./plugins/policy/plugin.ts";

const maskerScript = fileURLToPath(new URL("./plugins/pii/server.js", import.meta.url));

const runs: readonly ToolRun[] = [
  {
    id: "customer",
    name: "customer_find",
    args: { order: "100-48213" },
    result: { name: "Nora", email: "nora.whitfield@example.net", card: "4012 8888 8888 1881" },
  },
  {
    id: "clean-up",
    name: "shell_run",
    args: { command: "find . -name cache | xargs rm -rf" },
    result: null,
  },
  { id: "weather", name: "weather_now", args: { place: "Kraków" }, result: "4 °C, light rain" },
];

// Somebody else's server, so that this example has one.
const server = await servePlugins([policyPlugin], {
  transport: "http",
  port: 0,
  handleSignals: false,
});

const gateway = createActor(gatewayMachine, {
  input: {
    guard: {
      name: "PolicyGuard",
      kind: "external",
      mcp: { proto: "STREAMABLEHTTP", url: server.url ?? "" },
    },
    masker: {
      name: "PiiMasker",
      kind: "external",
      mcp: { proto: "STDIO", cmd: [process.execPath, maskerScript] },
    },
  },
});

let open = runs.length;
gateway.on("tool.answered", ({ id, outcome, value }) => {
  process.stdout.write(`${id}: ${outcome} ${JSON.stringify(value)}\n`);
  open -= 1;
  if (open === 0) gateway.send({ type: "gateway.stop" });
});
gateway.start();
for (const run of runs) gateway.send({ type: "tool.called", run });

await toPromise(gateway);
await server.close();
process.stdout.write("both plugins have stopped\n");
