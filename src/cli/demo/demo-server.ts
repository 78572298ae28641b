import { setTimeout as wait } from "node:timers/promises";
import { allow, definePlugin, type Plugin, servePlugins } from "../../server/index.ts";
import { type DemoManner, readManner } from "./demo-manner.ts";

/** A plugin that does nothing but take its time, and dies of it now and then. */
function demoPlugin({ name, leastMs, mostMs, deadly }: DemoManner): Plugin {
  const answer = async (): Promise<ReturnType<typeof allow>> => {
    await wait(leastMs + Math.random() * (mostMs - leastMs));
    if (Math.random() < deadly) process.kill(process.pid, "SIGKILL");
    return allow();
  };
  return definePlugin({
    name,
    description: "A plugin of the demonstration",
    hooks: { prompt_pre_fetch: answer, tool_pre_invoke: answer, tool_post_invoke: answer },
  });
}

const manner = readManner(process.argv.slice(2));
await servePlugins([demoPlugin(manner)], { transport: "stdio" });
