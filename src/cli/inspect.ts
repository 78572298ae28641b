import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ExternalPlugin } from "../external-plugin.ts";
import {
  openBrowser,
  readTrace,
  showTrace,
  startInspector,
  TraceError,
} from "../inspector/index.ts";
import { ConfiguredPlugins } from "./configured-plugins.ts";
import { Demo } from "./demo/demo.ts";
import type { InspectCommand } from "./inspect-options.ts";
import type { Subject } from "./subject.ts";
import { UsageError } from "./usage-error.ts";

/** Shows what was asked for, until somebody ends it. */
export async function inspect(command: InspectCommand, end: AbortSignal): Promise<void> {
  const { source } = command;
  switch (source.kind) {
    case "trace":
      return await inspectTrace(source.file, command, end);
    case "config":
      return await inspectLive(() => ConfiguredPlugins.load(source.file, warn), command, end);
    case "demo":
      return await inspectLive(() => Demo.create(), command, end);
  }
}

async function inspectLive(
  load: () => Promise<Subject>,
  { port, allowControl, open }: InspectCommand,
  end: AbortSignal,
): Promise<void> {
  const inspector = await startInspector({ port, allowControl });
  try {
    const subject = await load();
    try {
      for (const plugin of subject.plugins) inspector.attach(plugin, { name: nameOf(plugin) });
      announce(inspector.url, open);
      await Promise.race([subject.start(), ending(end)]);
      await ending(end);
    } finally {
      await subject.stop();
    }
  } finally {
    await inspector.close();
  }
}

async function inspectTrace(
  file: string,
  { port, open }: InspectCommand,
  end: AbortSignal,
): Promise<void> {
  const trace = await traceIn(file);
  const inspector = await showTrace(trace, { name: path.basename(file), port });
  announce(inspector.url, open);
  await ending(end);
  await inspector.close();
}

async function traceIn(file: string): Promise<ReturnType<typeof readTrace>> {
  try {
    return readTrace(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(`${file} is no trace. ${error.message}`);
    const { code }: { code?: unknown } = Object(error);
    throw new UsageError(`${file} cannot be read (${String(code)})`);
  }
}

/** One that is disabled is never started, and would be taken for one that is about to be. */
const nameOf = ({ name, config }: ExternalPlugin): string =>
  config.mode === "disabled" ? `${name} (disabled)` : name;

function announce(url: string, open: boolean): void {
  process.stdout.write(`Inspector: ${url}\nCtrl-C ends it\n`);
  if (open) openBrowser(url);
}

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function ending(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // Neither the page nor plugins that have ended keep a process alive.
  const alive = setInterval(() => {}, 60_000);
  await once(signal, "abort");
  clearInterval(alive);
}
