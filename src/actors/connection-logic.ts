import {
  type ConnectionInput,
  type Link,
  pluginConnectionMachine,
  type Settlement,
  type SettleParams,
} from "../../machines/index.ts";
import { type ParsedPluginConfig, parsePluginConfig } from "../models/parse-plugin-config.ts";
import type { PluginOptions } from "../options.ts";
import { type ResolvedOptions, readOptions } from "../read-options.ts";
import { callFailure } from "./call-failure.ts";
import { type ConnectionPort, ConnectionPort as Port, portOf } from "./connection-port.ts";
import { connectionSettings } from "./connection-settings.ts";
import { channelFactory } from "./create-channel.ts";
import { LiveRequest } from "./hook-request.ts";
import { keeper } from "./keeper.ts";
import { sessionActor } from "./session-actor.ts";

/**
 * `pluginConnectionMachine` with the real services: processes, sockets and timers. Provided once, because every machine that
 * is made costs more than a connection; what a connection is about comes with its input, from `connectionInput`.
 */
export const pluginConnectionLogic: typeof pluginConnectionMachine =
  pluginConnectionMachine.provide({
    actors: { session: sessionActor, keeper },
    actions: {
      settleCalls: ({ context }, { settlements, link }: SettleParams) => {
        const port = portOf(context.port);
        for (const settlement of settlements) settle(port, settlement, link);
      },
      watchDeadlines: ({ context }, { requests }) => portOf(context.port).claim(requests),
      watchAbandoned: ({ context }, { ids }) => portOf(context.port).watchAbandoned(ids),
      watchIdleness: ({ context }, { afterMs }) => portOf(context.port).watchIdleness(afterMs),
    },
  });

function settle(port: ConnectionPort, settlement: Settlement, link: Link): void {
  const { request } = settlement;
  if (!(request instanceof LiveRequest)) return;
  if (settlement.status === "answered") request.finish(settlement.ambiguous);
  else request.fail(callFailure(port, request, settlement, link));
  port.release(request, request.failure);
}

/**
 * The input of `pluginConnectionLogic` for one plugin.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong with the configuration or the options
 */
export function connectionInput(config: unknown, options?: PluginOptions): ConnectionInput {
  const parsed = parsePluginConfig(config);
  return inputOf(parsed, readOptions(parsed.config.name, options)).input;
}

export interface PreparedInput {
  readonly input: ConnectionInput;
  readonly port: ConnectionPort;
}

/** As `connectionInput`, for what was checked already, and with the port in its own type. */
export function inputOf(parsed: ParsedPluginConfig, options: ResolvedOptions): PreparedInput {
  const { mcp, name: plugin } = parsed.config;
  if (options.validation === "reference")
    options.logger.warn("answers are read as leniently as the reference does: option validation", {
      plugin,
    });
  const port = new Port({ parsed, options, createChannel: channelFactory(parsed.config, options) });
  return { port, input: { settings: connectionSettings(mcp, options), port } };
}
