import type { Logger } from "../../logger.ts";
import { InFlight } from "../in-flight.ts";
import { invalidOptions } from "../invalid-input.ts";
import type { PluginServer } from "../plugin-server.ts";
import type { PluginSet } from "../plugin-set.ts";
import { endOnSignals, leaveProcess } from "../process-end.ts";
import { ProtocolSession } from "../protocol-session.ts";
import { Shutdown } from "../shutdown.ts";
import { ProtocolOutput } from "./protocol-output.ts";
import { StdioTransport } from "./stdio-transport.ts";

export interface StdioSettings {
  readonly maxMessageBytes: number;
  readonly drainMs: number;
  readonly handleSignals: boolean;
  readonly log: Logger;
}

const flushLimitMs = 1_000;
let isServing = false;

/** Serves on standard input and output of this process until the input ends. */
export async function serveStdio(
  plugins: PluginSet,
  settings: StdioSettings,
): Promise<PluginServer> {
  if (isServing)
    throw invalidOptions([{ path: "transport", message: "this process serves on stdio already" }]);
  isServing = true;
  const { drainMs, handleSignals, log, maxMessageBytes } = settings;
  const inFlight = new InFlight();
  const output = new ProtocolOutput();
  const shutdown = new Shutdown(async (hurry) => {
    transport.stopReading();
    log.debug("plugin server is closing", { transport: "stdio" });
    await inFlight.settled(drainMs, hurry);
    await transport.close();
    await output.flushed(flushLimitMs);
    output.release();
    isServing = false;
    log.info("plugin server has ended", { transport: "stdio" });
  });
  const onEnd = (cause: "stdin" | "stdout"): void => {
    // Nobody reads the answers of a broken output, so they are not waited for.
    if (cause === "stdout") shutdown.hurry();
    const closed = shutdown.close();
    if (handleSignals) void closed.then(leaveProcess);
  };
  const transport = new StdioTransport({ output, inFlight, maxMessageBytes, log, onEnd });
  if (handleSignals) endOnSignals(shutdown);
  await new ProtocolSession(plugins).connect(transport);
  log.info("plugin server is ready", { transport: "stdio", plugins: plugins.size });
  const close = (): Promise<void> => shutdown.close();
  return {
    transport: "stdio",
    url: undefined,
    port: undefined,
    uds: undefined,
    closed: shutdown.closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}
