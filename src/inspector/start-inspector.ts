import { PluginError } from "../errors.ts";
import { ExternalPlugin } from "../external-plugin.ts";
import type { Attachable, ObservedActor } from "./attachable.ts";
import { InspectorServer } from "./http/inspector-server.ts";
import { type InspectorOptions, readInspectorOptions } from "./inspector-options.ts";
import { Recorder, type Watched } from "./recorder.ts";
import { type Trace, traceLines } from "./trace/read-trace.ts";

/** A page on this machine that shows what plugins are doing, what they did, and what they could do next. */
export interface Inspector {
  /** Where the page is, token included: whoever has it can see, and with `allowControl` steer, what is attached */
  readonly url: string;
  /** How many pages look on now */
  readonly viewers: number;
  /**
   * Shows a plugin, or the actor of `pluginConnectionLogic` wherever it was spawned, from now on. `name` is for the page.
   * Default: the plugin's own, the actor's id.
   *
   * @returns what ends it
   */
  attach(target: Attachable, options?: { readonly name?: string }): () => void;
  /** What is remembered, as the text of a trace, line by line */
  trace(): Iterable<string>;
  /** Closes the page and detaches everything. The plugins go on */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a live inspector on 127.0.0.1. It sees names, states, codes, ids, types of hooks, sizes and times; payloads, texts of
 * plugins and secrets never reach it. It keeps no process alive.
 *
 * @throws PluginError `CONFIG_INVALID` for wrong options, or a port that is in use
 */
export async function startInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { historyLimit, ...settings } = readInspectorOptions(options);
  const recorder = new Recorder(historyLimit);
  const server = await InspectorServer.open(recorder, settings);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    recorder.detachAll();
    closed ??= server.close();
    return closed;
  };
  const { url } = server;
  return {
    url,
    get viewers() {
      return server.viewers;
    },
    attach: (target, { name } = {}) => {
      if (closed) throw new Error("The inspector has been closed");
      return recorder.attach(watchedOf(target, name));
    },
    trace: () => traceLines(recorder.header, recorder.history.all()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Shows a trace that was recorded before, maybe by somebody else, on the same page.
 *
 * @param name what the page calls it, such as the name of its file
 * @throws PluginError `CONFIG_INVALID` for a port that cannot be used
 */
export async function showTrace(
  trace: Trace,
  { name, port = 0 }: { readonly name: string; readonly port?: number },
): Promise<Pick<Inspector, "url" | "viewers" | "close">> {
  const recorder = Recorder.of(trace, name);
  const server = await InspectorServer.open(recorder, { port, allowControl: false });
  return {
    url: server.url,
    get viewers() {
      return server.viewers;
    },
    close: () => server.close(),
  };
}

function watchedOf(target: Attachable, name: string | undefined): Watched {
  if (ExternalPlugin.is(target))
    return {
      name: name ?? target.name,
      plugin: target,
      actor: () => target.actor,
    };
  if (!isConnectionActor(target)) throw notAttachable();
  return { name: name ?? target.id, plugin: undefined, actor: () => target };
}

function isConnectionActor(target: ObservedActor): boolean {
  try {
    const { context } = target.getSnapshot() as { context?: { link?: unknown; traffic?: unknown } };
    return context?.link !== undefined && context.traffic !== undefined;
  } catch {
    return false;
  }
}

function notAttachable(): PluginError {
  const message = "must be an ExternalPlugin, or an actor of pluginConnectionLogic";
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `attach() of the inspector: target ${message}`,
    plugin: "",
    phase: "configuring",
    issues: [{ path: "target", message }],
  });
}
