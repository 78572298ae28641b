import type { SessionCommand, SessionFact } from "../../machines/index.ts";
import { PluginError, type PluginPhase } from "../errors.ts";
import { readConfigAnswer } from "../models/config-answer.ts";
import { listedHooks, mergePluginConfig } from "../models/merge-plugin-config.ts";
import type {
  Channel,
  ChannelListener,
  ChannelLoss,
  WireAnswer,
  WireCall,
  WireFailure,
} from "../transports/channel.ts";
import { type ProtocolEra, sessionEra } from "../transports/era.ts";
import type { ConnectionPort } from "./connection-port.ts";
import { asPhaseFailure, faultOf } from "./faults.ts";
import { LiveRequest } from "./hook-request.ts";

type Tell = (fact: SessionFact) => void;

/** Names the call of `get_plugin_config`. Requests count from 1. */
const configCall = 0;

/**
 * The session of one opening: a channel, and what goes over it. Every command is answered by a fact, sooner or later, and
 * nothing here throws into the machine.
 */
export class PluginSession implements ChannelListener {
  readonly #port: ConnectionPort;
  readonly #generation: number;
  readonly #tell: Tell;
  readonly #era: ProtocolEra;
  readonly #opening = new AbortController();
  /** The requests that are out */
  readonly #out = new Map<number, LiveRequest>();
  #channel: Channel | undefined;
  #phase: PluginPhase;
  #hasEnded = false;
  #closing: Promise<void> | undefined;

  constructor(port: ConnectionPort, generation: number, tell: Tell) {
    this.#port = port;
    this.#generation = generation;
    this.#tell = tell;
    this.#era = port.options.world?.era ?? sessionEra;
    this.#phase = port.config.mcp.proto === "STDIO" ? "spawning" : "connecting";
  }

  /** Nothing but the end of the closing is told any more */
  get #isOver(): boolean {
    return this.#hasEnded || this.#port.hasEnded;
  }

  open(): void {
    this.#try(async () => {
      const { former } = this.#port;
      if (former !== undefined) await former;
      if (this.#isOver) return;
      const channel = this.#port.createChannel(this);
      this.#channel = channel;
      this.#port.beginSession(channel);
      await channel.open(this.#opening.signal);
      if (!this.#isOver) this.#tell({ type: "session.opened", generation: this.#generation });
    });
  }

  obey(command: SessionCommand): void {
    if (command.type === "session.close") void this.#close();
    else this.#try(() => this.#carryOut(command));
  }

  #carryOut(command: Exclude<SessionCommand, { type: "session.close" }>): Promise<void> | void {
    switch (command.type) {
      case "session.initialize":
        return this.#initialize();
      case "session.fetchConfig":
        return this.#fetchConfig();
      case "session.call":
        return this.#call(command.calls);
      case "session.cancel":
        return this.#channel?.cancel(command.ids);
    }
  }

  /** The actor ends. After a closing nothing is left; without one, what can be released at once is. */
  dispose(): void {
    this.#hasEnded = true;
    if (this.#closing !== undefined) return;
    this.#opening.abort();
    this.#channel?.kill();
    void this.#channel?.close();
  }

  answered(answers: readonly WireAnswer[]): void {
    this.#try(() => {
      const ids: number[] = [];
      let successful = false;
      for (const answer of answers) {
        if (answer.id === configCall) {
          this.#judgeConfig(answer.body);
          continue;
        }
        ids.push(answer.id);
        if (this.#hold(answer)) successful = true;
      }
      this.#tellAnswered(ids, successful);
    });
  }

  failed(failures: readonly WireFailure[]): void {
    this.#try(() => {
      const ids: number[] = [];
      for (const { id, error } of failures) {
        if (id === configCall) throw error;
        this.#out.get(id)?.holdError(error);
        this.#out.delete(id);
        ids.push(id);
      }
      this.#tellAnswered(ids, false);
    });
  }

  lost(loss: ChannelLoss): void {
    if (this.#phase === "invoking") this.#lose(loss);
    else this.#fail(loss.error);
  }

  #lose(loss: ChannelLoss): void {
    if (this.#isOver) return;
    for (const id of loss.ended) this.#out.delete(id);
    if (!loss.alive) this.#hasEnded = true;
    this.#tell({
      type: "session.lost",
      generation: this.#generation,
      fault: faultOf(loss.error),
      ended: loss.ended,
      unsent: loss.unsent,
      alive: loss.alive,
      at: this.#port.now(),
    });
  }

  async #initialize(): Promise<void> {
    this.#phase = "initializing";
    const channel = this.#opened();
    const handshake = await this.#era.begin(this.#port.plugin, channel.transport);
    if (this.#isOver) return;
    this.#port.noteHandshake(handshake);
    this.#tell({ type: "session.initialized", generation: this.#generation });
  }

  #fetchConfig(): void {
    this.#phase = "fetchingConfig";
    const params = JSON.stringify({
      _meta: this.#era.meta,
      name: "get_plugin_config",
      arguments: { name: this.#port.plugin },
    });
    this.#opened().call([{ id: configCall, params }]);
  }

  /** The server has answered, and will not answer otherwise the next time. */
  #judgeConfig(body: WireAnswer["body"]): void {
    try {
      this.#takeConfig(body);
    } catch (thrown) {
      this.#fail(thrown, true);
    }
  }

  #takeConfig(body: WireAnswer["body"]): void {
    const { plugin, parsed } = this.#port;
    if ("error" in body) throw noPluginServer(plugin, body.error.code);
    const remote = readConfigAnswer(plugin, body.result);
    const config = mergePluginConfig(parsed, remote);
    this.#phase = "invoking";
    this.#port.takeConfig(config);
    this.#tell({
      type: "session.configured",
      generation: this.#generation,
      hooks: listedHooks(remote) ?? config.hooks,
      at: this.#port.now(),
    });
  }

  #call(calls: Extract<SessionCommand, { type: "session.call" }>["calls"]): void {
    const { plugin, stats } = this.#port;
    const wire: WireCall[] = [];
    const strangers: number[] = [];
    for (const { request, attempt } of calls) {
      if (request instanceof LiveRequest) {
        this.#out.set(request.id, request);
        wire.push({ id: request.id, params: request.paramsOf(plugin, attempt, this.#era.meta) });
        if (attempt > 1) stats.replayed += 1;
      } else strangers.push(request.id);
    }
    stats.sent += wire.length;
    this.#opened().call(wire);
    // Nobody can be told the answer of what createHookRequest has not made; it must not keep a slot either.
    this.#tellAnswered(strangers, false);
  }

  #hold({ id, body }: WireAnswer): boolean {
    const request = this.#out.get(id);
    this.#out.delete(id);
    if (request === undefined) return false;
    const { plugin, options } = this.#port;
    if ("result" in body) return request.holdAnswer(plugin, body.result, options);
    request.holdError(rpcError(plugin, request.hookType, body.error));
    return false;
  }

  #tellAnswered(ids: readonly number[], successful: boolean): void {
    if (this.#isOver || ids.length === 0) return;
    const at = this.#port.now();
    this.#tell({ type: "hooks.answered", generation: this.#generation, ids, successful, at });
  }

  async #close(): Promise<void> {
    if (this.#closing !== undefined) return;
    this.#hasEnded = true;
    this.#opening.abort();
    this.#port.keepEvidence();
    this.#closing = this.#release();
    await this.#closing;
    if (this.#port.hasEnded) return;
    this.#tell({
      type: "session.closed",
      generation: this.#generation,
      at: this.#port.now(),
      jitter: this.#port.jitter(),
    });
  }

  // A clock of the host's that throws is enough to make it fail.
  async #release(): Promise<void> {
    try {
      await this.#channel?.close();
    } catch {
      this.#channel?.kill();
    }
  }

  #opened(): Channel {
    if (this.#channel === undefined) throw new Error("expected an open channel");
    return this.#channel;
  }

  /** Whatever goes wrong is the end of this session, told as a fact. */
  #try(act: () => void | Promise<void>): void {
    try {
      const pending = act();
      if (pending !== undefined) pending.catch((thrown: unknown) => this.#fail(thrown));
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown, fatal?: boolean): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    const error = asPhaseFailure(
      PluginError.is(thrown) ? thrown : brokenSession(this.#port.plugin, thrown),
      this.#phase,
    );
    this.#tell({
      type: "session.lost",
      generation: this.#generation,
      fault: faultOf(error, fatal),
      ended: [...this.#out.keys()],
      unsent: [],
      alive: false,
      at: this.#port.now(),
    });
  }
}

function noPluginServer(plugin: string, rpcCode: number): PluginError {
  return new PluginError({
    code: "CONFIG_FETCH_FAILED",
    message: `Unable to retrieve configuration for external plugin ${plugin}: the server answered get_plugin_config with the JSON-RPC error ${rpcCode}. If it has no such tool, it is no plugin server`,
    plugin,
    phase: "fetchingConfig",
  });
}

function rpcError(
  plugin: string,
  hookType: string,
  { code, message, data }: { code: number; message: string; data?: unknown },
): PluginError {
  return new PluginError({
    code: "RPC_ERROR",
    message: `The server of plugin ${plugin} answered ${hookType} with the JSON-RPC error ${code}`,
    plugin,
    outcome: "answered",
    phase: "invoking",
    remote: {
      message,
      plugin_name: plugin,
      code: "RPC_ERROR",
      details: data === undefined ? {} : { data },
      mcp_error_code: code,
    },
  });
}

function brokenSession(plugin: string, cause: unknown): PluginError {
  return new PluginError({
    code: "SESSION_LOST",
    message: `The session of plugin ${plugin} has failed from within`,
    plugin,
    cause,
  });
}
