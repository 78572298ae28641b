import { once } from "node:events";
import { startInspector } from "../inspector/index.ts";
import { Demo } from "./demo/demo.ts";
import type { InspectCommand } from "./inspect-options.ts";
import { openBrowser } from "./open-browser.ts";

/** Runs plugins and shows them, until somebody ends it. */
export async function inspect(command: InspectCommand, end: AbortSignal): Promise<void> {
  const { port, allowControl } = command;
  const inspector = await startInspector({ port, allowControl });
  const demo = await Demo.create();
  try {
    for (const plugin of demo.plugins) inspector.attach(plugin);
    process.stdout.write(`Inspector: ${inspector.url}\n`);
    if (command.open) openBrowser(inspector.url);
    await demo.start();
    if (!end.aborted) await once(end, "abort");
  } finally {
    await demo.stop();
    await inspector.close();
  }
}
