import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterEach } from "vitest";
import { realClock } from "../../../src/clock.ts";
import { silentLogger } from "../../../src/logger.ts";
import type { Channel } from "../../../src/transports/channel.ts";
import { createHttpChannel } from "../../../src/transports/http/http-channel.ts";
import type { HttpSpec } from "../../../src/transports/http/http-spec.ts";
import { type SteerableOptions, SteerableServer } from "../../fixtures/http/steerable-server.ts";
import { ChannelLog, neverAborted } from "../stdio/harness.ts";

export { ChannelLog, hookCall, neverAborted } from "../stdio/harness.ts";

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Done after the test, in reverse order. */
export function afterwards(step: () => Promise<unknown>): void {
  undo.push(step);
}

/** A server that ends with the test. */
export async function startServer(options?: SteerableOptions): Promise<SteerableServer> {
  const server = await SteerableServer.start(options);
  afterwards(() => server.stop());
  return server;
}

function httpSpec(url: string, overrides: Partial<HttpSpec> = {}): HttpSpec {
  return {
    plugin: "Guard",
    mcp: { url },
    maxMessageBytes: 16 * 1_024 * 1_024,
    closeMs: 2_000,
    exposePluginText: false,
    logger: silentLogger,
    clock: realClock,
    ...overrides,
  };
}

export interface OpenChannel {
  readonly channel: Channel;
  readonly log: ChannelLog;
}

/** A channel that was not opened. Closed with the test. */
export function newChannel(url: string, overrides: Partial<HttpSpec> = {}): OpenChannel {
  const log = new ChannelLog();
  const channel = createHttpChannel(httpSpec(url, overrides), log);
  afterwards(() => channel.close());
  return { channel, log };
}

/** A channel that is connected and has not shaken hands. */
export async function openChannel(
  url: string,
  overrides: Partial<HttpSpec> = {},
): Promise<OpenChannel> {
  const open = newChannel(url, overrides);
  await open.channel.open(neverAborted);
  return open;
}

/** The SDK's handshake. */
export async function shakeHands({ channel }: Pick<OpenChannel, "channel">): Promise<Client> {
  const client = new Client({ name: "host", version: "1.0.0" });
  await client.connect(channel.transport);
  return client;
}

/** A channel that is ready for calls. */
export async function readyChannel(
  url: string,
  overrides: Partial<HttpSpec> = {},
): Promise<OpenChannel> {
  const open = await openChannel(url, overrides);
  await shakeHands(open);
  return open;
}
