import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { realClock } from "../../../src/clock.ts";
import { silentLogger } from "../../../src/logger.ts";
import type {
  ChannelListener,
  ChannelLoss,
  WireAnswer,
  WireCall,
  WireFailure,
} from "../../../src/transports/channel.ts";
import {
  createStdioChannel,
  type StdioChannel,
} from "../../../src/transports/stdio/stdio-channel.ts";
import type { StdioSpec } from "../../../src/transports/stdio/stdio-spec.ts";
import { hostilePlugin, type PluginControl, type RemotePlugin } from "../../fixtures/control.ts";

/** Keeps what a channel reports, as it came. */
export class ChannelLog implements ChannelListener {
  readonly answered_: (readonly WireAnswer[])[] = [];
  readonly failures: WireFailure[] = [];
  readonly losses: ChannelLoss[] = [];
  /** Kinds of all events, in order */
  readonly order: string[] = [];
  #watchers: (() => void)[] = [];

  /** All answers, whatever they came together with */
  get answers(): WireAnswer[] {
    return this.answered_.flat();
  }

  answered(answers: readonly WireAnswer[]): void {
    this.answered_.push(answers);
    this.#note("answered");
  }

  failed(failures: readonly WireFailure[]): void {
    this.failures.push(...failures);
    this.#note("failed");
  }

  lost(loss: ChannelLoss): void {
    this.losses.push(loss);
    this.#note("lost");
  }

  async until(holds: (log: this) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  async loss(): Promise<ChannelLoss> {
    await this.until(({ losses }) => losses.length > 0);
    const [loss] = this.losses;
    if (!loss) throw new Error("expected a loss");
    return loss;
  }

  #note(kind: string): void {
    this.order.push(kind);
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }
}

export const neverAborted: AbortSignal = new AbortController().signal;

export function stdioSpec(overrides: Partial<StdioSpec> = {}): StdioSpec {
  return {
    plugin: "Guard",
    mcp: { cmd: [process.execPath, hostilePlugin] },
    maxMessageBytes: 16 * 1_024 * 1_024,
    stopGraceMs: 5_000,
    inheritEnv: false,
    envAllow: [],
    python: "python3",
    exposePluginText: false,
    logger: silentLogger,
    clock: realClock,
    ...overrides,
  };
}

export interface OpenPlugin {
  readonly channel: StdioChannel;
  readonly log: ChannelLog;
  readonly plugin: RemotePlugin;
}

/** A channel to a hostile plugin that has not shaken hands yet. */
export async function openPlugin(
  control: PluginControl,
  overrides: Partial<StdioSpec> = {},
): Promise<OpenPlugin> {
  const log = new ChannelLog();
  const mcp = { cmd: [process.execPath, hostilePlugin], ...overrides.mcp };
  const channel = createStdioChannel(
    stdioSpec({ ...overrides, mcp: { ...mcp, env: { ...control.env, ...mcp.env } } }),
    log,
  );
  await channel.open(neverAborted);
  const { pid } = channel.evidence();
  return { channel, log, plugin: await control.started(pid ?? undefined) };
}

/** The SDK's handshake. */
export async function connect({ channel }: OpenPlugin): Promise<Client> {
  const client = new Client({ name: "host", version: "1.0.0" });
  await client.connect(channel.transport);
  return client;
}

/** A channel to a hostile plugin, ready for calls. */
export async function connectPlugin(
  control: PluginControl,
  overrides: Partial<StdioSpec> = {},
): Promise<OpenPlugin> {
  const open = await openPlugin(control, overrides);
  await connect(open);
  return open;
}

/** An `invoke_hook` whose payload has this key, and as many further bytes as asked for. */
export function hookCall(id: number, extraBytes = 0): WireCall {
  const payload = { key: id, name: "search", args: { text: "x".repeat(extraBytes) } };
  const hook = { hook_type: "tool_pre_invoke", plugin_name: "Guard", payload, context: {} };
  return { id, params: JSON.stringify({ name: "invoke_hook", arguments: hook }) };
}
