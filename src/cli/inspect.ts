import { once } from "node:events";
import { openBrowser, startInspector } from "../inspector/index.ts";
import { ConfiguredPlugins } from "./configured-plugins.ts";
import { Demo } from "./demo/demo.ts";
import type { InspectCommand } from "./inspect-options.ts";
import type { Subject } from "./subject.ts";

/** Runs plugins and shows them, until somebody ends it. */
export async function inspect(command: InspectCommand, end: AbortSignal): Promise<void> {
  const { port, allowControl, open } = command;
  const subject = await subjectOf(command);
  const inspector = await startInspector({ port, allowControl });
  try {
    for (const plugin of subject.plugins) inspector.attach(plugin);
    process.stdout.write(`Inspector: ${inspector.url}\nCtrl-C ends it\n`);
    if (open) openBrowser(inspector.url);
    await Promise.race([subject.start(), ending(end)]);
    await ending(end);
  } finally {
    await subject.stop();
    await inspector.close();
  }
}

async function subjectOf({ config }: InspectCommand): Promise<Subject> {
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  return config === undefined ? await Demo.create() : await ConfiguredPlugins.load(config, warn);
}

async function ending(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
