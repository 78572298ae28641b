// A host that uses a plugin, shuts it down, and has nothing else to do then.
//   node host.mjs <url of the built library> <configuration as JSON> <what to do before the shutdown>…

import { once } from "node:events";

const [, , library, config, ...steps] = process.argv;
const { ExternalPlugin } = await import(library);
const plugin = new ExternalPlugin(JSON.parse(config), { backoff: { kind: "linear", delayMs: 5 } });
const context = {
  state: {},
  metadata: {},
  global_context: { request_id: "r", state: {}, metadata: {} },
};
const call = (options) =>
  plugin.invokeHook("tool_pre_invoke", { name: "search", key: "host" }, context, options);

const doings = {
  start: () => plugin.initialize(),
  fail: () => plugin.initialize().catch(() => {}),
  call: () => call(),
  callTogether: () => Promise.all(Array.from({ length: 20 }, () => call())),
  giveUp: () => call({ timeoutMs: 50 }).catch(() => {}),
  loseAndCool: async () => {
    const cooling = new Promise((resolve) => plugin.on("coolingDown", resolve));
    call().catch(() => {});
    await cooling;
  },
  throwAway: () => plugin.actor.stop(),
  shutdown: () => plugin.shutdown(),
};

for (const step of steps) {
  if (step === "told") await once(process.stdin.setEncoding("utf8"), "data");
  else await doings[step]();
}
process.stdin.destroy();
process.stdout.write("done\n");
