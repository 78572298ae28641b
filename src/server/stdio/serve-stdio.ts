import { InFlight } from "../in-flight.ts";
import { invalidOptions } from "../invalid-input.ts";
import type { PluginServer } from "../plugin-server.ts";
import type { PluginSet } from "../plugin-set.ts";
import { endOnSignals, leaveProcess } from "../process-end.ts";
import type { CommonSettings } from "../serve-settings.ts";
import { Shutdown } from "../shutdown.ts";
import { ProtocolOutput } from "./protocol-output.ts";
import { StdioConnection } from "./stdio-connection.ts";

const flushLimitMs = 1_000;
let isServing = false;

/** Serves on standard input and output of this process until the input ends. */
export function serveStdio(plugins: PluginSet, settings: CommonSettings): PluginServer {
  if (isServing)
    throw invalidOptions([{ path: "transport", message: "this process serves on stdio already" }]);
  isServing = true;
  const { drainMs, handleSignals, log, maxMessageBytes } = settings;
  const runs = new InFlight(settings.maxInFlight, settings.maxInFlightBytes);
  const output = new ProtocolOutput();
  const shutdown = new Shutdown(async (hurry) => {
    connection.stopReading();
    log.debug("plugin server is closing", { transport: "stdio" });
    await runs.settled(drainMs, hurry);
    connection.close();
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
  const connection = new StdioConnection({ plugins, output, runs, maxMessageBytes, log, onEnd });
  if (handleSignals) endOnSignals(shutdown);
  connection.start();
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
