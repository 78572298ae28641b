import type { ConnectionEvent, Fault } from "../../machines/index.ts";
import { PluginError, type PluginPhase, type ProcessExit } from "../errors.ts";
import type { ParsedPluginConfig } from "../models/parse-plugin-config.ts";
import type { PluginConfig } from "../models/plugin-config.ts";
import { isSameConfig } from "../models/same-config.ts";
import type { ResolvedOptions } from "../read-options.ts";
import { tellHost } from "../tell-host.ts";
import type { Channel, ChannelEvidence, ChannelListener } from "../transports/channel.ts";
import type { Handshake } from "../transports/handshake.ts";
import { type Alarm, type Alarms, alarmsOf, type Bell } from "./alarms.ts";
import { LiveRequest } from "./hook-request.ts";

/** Makes the channel of one opening. */
export type ChannelFactory = (listener: ChannelListener) => Channel;

/** The connection's actor, as far as its services need it. */
export interface ConnectionRef {
  send(event: ConnectionEvent): void;
}

/** What has happened so far, in numbers. */
export interface ConnectionStats {
  /** Calls that have their result */
  succeeded: number;
  /** Calls that failed, whatever their outcome */
  failed: number;
  /** Those of the failed calls of which nobody can say whether they were processed */
  unknown: number;
  /** Requests that were handed to a session, second sends included */
  sent: number;
  /** Second sends */
  replayed: number;
}

export interface PortSpec {
  readonly parsed: ParsedPluginConfig;
  readonly options: ResolvedOptions;
  readonly createChannel: ChannelFactory;
}

const noEvidence: ChannelEvidence = { exit: null, stderrTail: "", pid: null, sessionId: null };

/**
 * What the services of one connection share, and the machine does not look at: the configuration, the session of the current
 * opening, and the requests that the machine has taken. The machine carries it as its `port`: so what configuration and
 * options hold (passwords, headers, environment) is private, and no snapshot or inspection event shows it.
 */
export class ConnectionPort {
  readonly plugin: string;
  readonly stats: ConnectionStats = { succeeded: 0, failed: 0, unknown: 0, sent: 0, replayed: 0 };
  /** The end of the connection that this one takes the place of: until then nothing is opened */
  former: Promise<void> | undefined;
  /** Told when the server says something else of the plugin than before */
  onConfigChanged: (before: PluginConfig, after: PluginConfig) => void = () => {};
  readonly #options: ResolvedOptions;
  readonly #parsed: ParsedPluginConfig;
  readonly #createChannel: ChannelFactory;
  readonly #alarms: Alarms;
  readonly #claimed = new Set<LiveRequest>();
  readonly #deadlines: Bell;
  /** Of idleness and of abandoned calls */
  readonly #own = new Set<Alarm>();
  #idleness: Alarm | undefined;
  #connection: ConnectionRef | undefined;
  #config: PluginConfig;
  #said: PluginConfig | undefined;
  #channel: Channel | undefined;
  /** Of the moment before we ended the session ourselves */
  #kept: ChannelEvidence | undefined;
  #earlierExit: ProcessExit | null = null;
  #released: Promise<void> = Promise.resolve();
  #hasEnded = false;
  #handshake: Handshake | undefined;

  constructor({ parsed, options, createChannel }: PortSpec) {
    this.plugin = parsed.config.name;
    this.#parsed = parsed;
    this.#options = options;
    this.#createChannel = createChannel;
    this.#config = parsed.config;
    this.#alarms = alarmsOf(options.clock);
    this.#deadlines = { ring: (alarms, now) => this.#expire(alarms, now) };
  }

  get options(): ResolvedOptions {
    return this.#options;
  }

  /** The host's configuration, and what of it was given */
  get parsed(): ParsedPluginConfig {
    return this.#parsed;
  }

  createChannel(listener: ChannelListener): Channel {
    return this.#createChannel(listener);
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** From 0 to 1, whatever the host's function returns. */
  jitter(): number {
    let chance: unknown;
    tellHost(() => {
      chance = this.#options.random();
      return chance;
    });
    return typeof chance === "number" && chance >= 0 && chance <= 1 ? chance : 0.5;
  }

  /** The configuration in force: the host's until the server has been asked, then the first merged one. */
  get config(): PluginConfig {
    return this.#config;
  }

  /** What is known of the current session, or of the latest. */
  get evidence(): ChannelEvidence {
    return this.#channel?.evidence() ?? noEvidence;
  }

  get handshake(): Handshake | undefined {
    return this.#handshake;
  }

  attach(connection: ConnectionRef): void {
    this.#connection = connection;
  }

  /** How the latest process ended that has ended */
  get lastExit(): ProcessExit | null {
    return this.evidence.exit ?? this.#earlierExit;
  }

  beginSession(channel: Channel): void {
    this.#earlierExit = this.lastExit;
    this.#channel = channel;
    this.#kept = undefined;
    this.#handshake = undefined;
  }

  /** The session is about to be ended: what is found out later is our own doing. */
  keepEvidence(): void {
    this.#kept = this.evidence;
  }

  noteHandshake(handshake: Handshake): void {
    this.#handshake = handshake;
  }

  /** The first one is pinned. Another one later is reported, and counts only where the host has said so. */
  takeConfig(said: PluginConfig): void {
    const before = this.#said;
    this.#said = said;
    if (before === undefined || this.options.configUpdates === "accept") this.#config = said;
    if (before === undefined || isSameConfig(before, said)) return;
    const { logger, configUpdates } = this.options;
    logger.warn("the server's configuration has changed", { plugin: this.plugin, configUpdates });
    this.onConfigChanged(before, said);
  }

  /** From now on these requests are the connection's. */
  claim(requests: readonly unknown[]): void {
    for (const request of requests) {
      if (!(request instanceof LiveRequest)) continue;
      this.#claimed.add(request);
      request.claim(this.#deadlines);
    }
  }

  /** A request has its end. */
  release(request: LiveRequest, failure: PluginError | undefined): void {
    this.#claimed.delete(request);
    const { stats } = this;
    if (failure === undefined) stats.succeeded += 1;
    else stats.failed += 1;
    if (failure?.outcome === "unknown") stats.unknown += 1;
  }

  watchAbandoned(ids: readonly number[]): void {
    this.#setOwn(this.options.abandonGraceMs, (at) => ({ type: "hooks.overdue", ids, at }));
  }

  watchIdleness(afterMs: number): void {
    if (this.#idleness) this.#drop(this.#idleness);
    this.#idleness = this.#setOwn(afterMs, (at) => ({ type: "plugin.idled", at }));
  }

  /**
   * The actor has ended. After a stop nothing is left to do; after anything else (its host stopped it without a word, or one
   * of its actions threw) nobody may wait any longer, and nothing may keep running.
   */
  end(): void {
    this.#hasEnded = true;
    this.#connection = undefined;
    for (const alarm of this.#own) this.#alarms.cancel(alarm);
    this.#own.clear();
    for (const request of this.#claimed) request.fail(this.#cutOff(request));
    this.#claimed.clear();
    if (this.#channel === undefined) return;
    this.#channel.kill();
    this.#released = this.#channel.close();
  }

  /** Nobody is there any more who could be told of anything. After an action that threw, a session is not stopped either. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when nothing of the latest session is left. To be asked after the end. */
  get released(): Promise<void> {
    return this.#released;
  }

  /** The error behind a fault; where the machine has noted it itself, because a time was over, with the evidence of now. */
  errorOf(fault: Fault): PluginError {
    if (PluginError.is(fault.detail)) return fault.detail;
    const { exit, stderrTail } = this.#kept ?? this.evidence;
    return new PluginError({
      code: fault.code as PluginError["code"],
      message: this.#describe(fault),
      plugin: this.plugin,
      phase: fault.phase as PluginPhase,
      exit: exit ?? undefined,
      stderrTail: stderrTail || undefined,
    });
  }

  #describe({ phase, detail }: Fault): string {
    const { openMs, initializeMs, fetchConfigMs, abandonGraceMs } = this.options;
    const { plugin } = this;
    if (detail === "unresponsive")
      return `Plugin ${plugin} is unresponsive: a call that its caller had given up was not answered within ${abandonGraceMs} ms (option abandonGraceMs)`;
    switch (phase) {
      case "spawning":
        return `The process of plugin ${plugin} could not be started within ${openMs} ms (option timeouts.openMs)`;
      case "connecting":
        return `The server of plugin ${plugin} could not be connected to within ${openMs} ms (option timeouts.openMs)`;
      case "initializing":
        return `Plugin ${plugin} did not answer the MCP handshake within ${initializeMs} ms (option timeouts.initializeMs)`;
      default:
        return `Plugin ${plugin} did not answer get_plugin_config within ${fetchConfigMs} ms (option timeouts.fetchConfigMs)`;
    }
  }

  #expire(alarms: readonly Alarm[], at: number): void {
    const requests = alarms.filter((alarm) => alarm instanceof LiveRequest);
    this.#connection?.send({ type: "hooks.expired", ids: requests.map(({ id }) => id), at });
    for (const request of requests) request.fail(this.#cutOff(request));
  }

  #setOwn(afterMs: number, event: (at: number) => ConnectionEvent): Alarm {
    const alarm: Alarm = {
      dueAt: this.now() + afterMs,
      place: -1,
      bell: {
        ring: (_, now) => {
          this.#own.delete(alarm);
          this.#connection?.send(event(now));
        },
      },
    };
    this.#own.add(alarm);
    this.#alarms.set(alarm);
    return alarm;
  }

  #drop(alarm: Alarm): void {
    this.#alarms.cancel(alarm);
    this.#own.delete(alarm);
  }

  #cutOff(request: LiveRequest): PluginError {
    return new PluginError({
      code: "STOPPED",
      message: `The connection to plugin ${this.plugin} has ended without being stopped`,
      plugin: this.plugin,
      outcome: request.sends > 0 ? "unknown" : "not_processed",
      phase: request.sends > 0 ? "invoking" : "queued",
      attempt: request.sends || undefined,
    });
  }
}

/** The port in a machine's context, which is opaque there. */
export function portOf(port: unknown): ConnectionPort {
  if (port instanceof ConnectionPort) return port;
  throw new Error("The input of the connection was not made by connectionInput()");
}
