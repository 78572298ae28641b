import { InFlight } from "../in-flight.ts";
import type { PluginServer } from "../plugin-server.ts";
import type { PluginSet } from "../plugin-set.ts";
import { endOnSignals } from "../process-end.ts";
import type { CommonSettings } from "../serve-settings.ts";
import { Shutdown } from "../shutdown.ts";
import { hostPolicy } from "./host-policy.ts";
import { HttpEndpoint } from "./http-endpoint.ts";
import { HttpListener, type ListenOptions } from "./http-listener.ts";
import { type HttpSessionLimits, HttpSessions } from "./http-sessions.ts";

export interface HttpSettings extends CommonSettings, ListenOptions, HttpSessionLimits {
  readonly path: string;
  readonly stateless: boolean;
  readonly jsonResponse: boolean;
  readonly allowedHosts: readonly string[] | undefined;
}

/** Requests that are answered beside the calls: a cancellation must get through when no further call does. */
const roomForOthers = 100;

/** Serves streamable HTTP on a port or a Unix socket until it is closed. */
export async function serveHttp(plugins: PluginSet, settings: HttpSettings): Promise<PluginServer> {
  const { log, maxInFlight, maxInFlightBytes, uds } = settings;
  const exchanges = new InFlight(maxInFlight + roomForOthers, maxInFlightBytes);
  const runs = new InFlight(maxInFlight, maxInFlightBytes);
  const sessions = new HttpSessions(plugins, runs, settings);
  const bound = uds === undefined ? settings.host : undefined;
  const policy = hostPolicy(bound, settings.allowedHosts);
  const endpoint = new HttpEndpoint({ ...settings, policy, sessions, exchanges, runs });
  const listener = await HttpListener.open(settings, (request, response) => {
    endpoint.handle(request, response).catch((error: unknown) => {
      log.error("a request failed", { error: error instanceof Error ? error.name : typeof error });
      response.destroy();
    });
  });
  const shutdown = new Shutdown(async (hurry) => {
    endpoint.stopAccepting();
    listener.stopListening();
    log.debug("plugin server is closing", { transport: "http" });
    await exchanges.settled(settings.drainMs, hurry);
    sessions.endAll();
    await listener.close();
    log.info("plugin server has ended", { transport: "http" });
  });
  if (settings.handleSignals) endOnSignals(shutdown);
  const close = (): Promise<void> => shutdown.close();
  const url = urlOf(listener.port, settings);
  log.info("plugin server is ready", { transport: "http", url, uds, plugins: plugins.size });
  return {
    transport: "http",
    url,
    port: listener.port,
    uds,
    closed: shutdown.closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function urlOf(port: number | undefined, { host, path, uds, tls }: HttpSettings): string {
  const scheme = tls === undefined ? "http" : "https";
  if (uds !== undefined) return `${scheme}://localhost${path}`;
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${scheme}://${name}:${port}${path}`;
}
