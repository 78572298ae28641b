import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { PluginError, type PluginErrorCode, type PluginPhase } from "../../errors.ts";
import { guardLogger, type Logger } from "../../logger.ts";
import type { Channel, ChannelEvidence, ChannelListener, WireCall } from "../channel.ts";
import { isAnswer, isRequestOrNotification, type JsonObject } from "../message.ts";
import { abortable } from "./abortable.ts";
import { Calls } from "./calls.ts";
import { connectError } from "./connect-error.ts";
import { ConnectFailure, Connector } from "./connector.ts";
import type { EndingFacts } from "./ending-error.ts";
import { Endpoint } from "./endpoint.ts";
import { HttpSession } from "./http-session.ts";
import type { HttpSpec } from "./http-spec.ts";
import { askUrlPolicy, warnOfRisks } from "./precautions.ts";
import { SdkTransport } from "./sdk-transport.ts";
import { readTls, type TlsMaterial } from "./tls-material.ts";
import { UserHeaders } from "./user-headers.ts";

/** A channel to a plugin server over Streamable HTTP. Nothing is read or connected before `open`. */
export function createHttpChannel(spec: HttpSpec, listener: ChannelListener): Channel {
  return new HttpChannel(spec, listener);
}

/** What an opening has made. */
interface Connected {
  readonly session: HttpSession;
  readonly calls: Calls;
}

class HttpChannel implements Channel {
  readonly #spec: HttpSpec;
  readonly #listener: ChannelListener;
  readonly #logger: Logger;
  readonly #endpoint: Endpoint;
  readonly #headers: UserHeaders;
  readonly #sdk: SdkTransport;
  /** Aborted when nothing is to be begun any more */
  readonly #life = new AbortController();
  #tls: TlsMaterial | undefined;
  #connector: Connector | undefined;
  #connected: Connected | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #hasCalled = false;
  #strayAnswers = 0;

  constructor(spec: HttpSpec, listener: ChannelListener) {
    this.#spec = spec;
    this.#listener = listener;
    this.#logger = guardLogger(spec.logger);
    this.#endpoint = new Endpoint(spec.mcp);
    this.#headers = new UserHeaders(spec.plugin, spec.headers);
    this.#sdk = new SdkTransport({
      session: () => this.#connected?.session,
      facts: () => this.#facts(false),
      close: () => this.close(),
    });
  }

  get transport(): Transport {
    return this.#sdk;
  }

  open(signal: AbortSignal): Promise<void> {
    this.#opening ??= this.#open(AbortSignal.any([signal, this.#life.signal]));
    return this.#opening;
  }

  call(calls: readonly WireCall[]): void {
    this.#hasCalled = true;
    this.#connected?.calls.call(calls);
  }

  cancel(ids: readonly number[]): void {
    this.#connected?.calls.cancel(ids);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  kill(): void {
    this.#silence();
    void this.#release();
  }

  evidence(): ChannelEvidence {
    const sessionId = this.#connected?.session.id ?? null;
    return { exit: null, stderrTail: "", pid: null, sessionId };
  }

  get #phase(): PluginPhase {
    if (!this.#connected) return "connecting";
    return this.#hasCalled || this.#sdk.hasInitialized ? "invoking" : "initializing";
  }

  async #open(signal: AbortSignal): Promise<void> {
    try {
      await this.#connect(signal);
    } catch (error) {
      throw signal.aborted ? this.#aborted(signal.reason) : error;
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { plugin, mcp, maxMessageBytes, clock } = this.#spec;
    const endpoint = this.#endpoint;
    await abortable(askUrlPolicy(this.#spec), signal);
    await abortable(warnOfRisks(this.#spec, this.#logger), signal);
    await abortable(this.#headers.load(signal), signal);
    if (endpoint.isSecure) this.#tls = await abortable(readTls(plugin, mcp.tls), signal);
    // What is made from here on has to be found by `close`.
    signal.throwIfAborted();
    const connector = new Connector(endpoint, this.#tls, this.#spec);
    this.#connector = connector;
    await abortable(connector.open(signal), signal).catch((error: unknown) => {
      throw error instanceof ConnectFailure ? this.#connectError(error) : error;
    });
    signal.throwIfAborted();
    const session = new HttpSession({
      endpoint,
      connector,
      headers: this.#headers,
      maxMessageBytes,
      maxConnections: this.#spec.maxConnections,
      keepAliveMs: this.#spec.keepAliveMs,
      clock,
      signal: this.#life.signal,
      refused: (status, text) => this.#noteRefusal(status, text),
      receive: (message) => this.#receive(message),
    });
    const facts = (): EndingFacts => this.#facts(true);
    const calls = new Calls({ session, listener: this.#listener, facts, logger: this.#logger });
    this.#connected = { session, calls };
    this.#logger.debug("connected to the plugin server", { plugin });
  }

  #connectError({ code, isTls }: ConnectFailure): PluginError {
    const { plugin, phase, server, hasCertificate } = this.#facts(false);
    return connectError({ plugin, phase, server, systemCode: code, isTls, hasCertificate });
  }

  #noteRefusal(status: number, text: string): void {
    const { plugin, exposePluginText } = this.#spec;
    const bytes = Buffer.byteLength(text);
    const fields = { plugin, status, bytes, ...(exposePluginText && { text }) };
    this.#logger.debug("the plugin server explained a refusal", fields);
  }

  // A server may ask in the middle of its answer. What it tells is of no use here.
  #receive(message: JsonObject): void {
    if (isRequestOrNotification(message)) {
      if (message.id !== undefined) this.#sdk.deliver(message);
    } else if (isAnswer(message)) {
      this.#noteStray();
    }
  }

  // The first one is worth a warning: a server that mixes up its answers may show one host what another has asked.
  #noteStray(): void {
    const level = this.#strayAnswers++ === 0 ? "warn" : "debug";
    const fields = { plugin: this.#spec.plugin, strayAnswers: this.#strayAnswers };
    this.#logger[level]("the plugin server answered a request that was not asked here", fields);
  }

  async #close(): Promise<void> {
    this.#silence();
    await this.#endSession();
    await this.#release();
    this.#logger.debug("closed the session with the plugin server", { plugin: this.#spec.plugin });
  }

  /** Aborts all that is out or about to be. */
  #silence(): void {
    if (this.#life.signal.aborted) return;
    const error = this.#aborted();
    this.#life.abort(error);
    this.#connected?.calls.end();
    this.#sdk.end(error);
  }

  async #endSession(): Promise<void> {
    const session = this.#connected?.session;
    if (!session?.hasSession || session.isDisowned) return;
    const { clock, closeMs, plugin } = this.#spec;
    const result = await new Promise<Record<string, unknown>>((resolve) => {
      const timer = clock.setTimeout(() => resolve({ timedOut: true }), closeMs);
      session.run({
        method: "DELETE",
        text: null,
        wireId: undefined,
        ended: (ending) => {
          clock.clearTimeout(timer);
          if (ending.kind === "refused") resolve({ status: ending.status });
          else resolve(ending.kind === "cut" ? { systemCode: ending.systemCode } : {});
        },
      });
    });
    this.#logger.debug("ended the session on the plugin server", { plugin, ...result });
  }

  async #release(): Promise<void> {
    await Promise.all([this.#connected?.session.destroy(), this.#connector?.destroy()]);
  }

  #facts(isCall: boolean): EndingFacts {
    const hasResponse = this.#connected?.session.hasResponse ?? false;
    return {
      plugin: this.#spec.plugin,
      phase: this.#phase,
      isCall,
      server: this.#endpoint.label,
      mayWantCertificate: !hasResponse && (this.#connector?.asksForCertificate ?? false),
      hasCertificate: this.#tls?.hasCertificate ?? false,
    };
  }

  #aborted(cause?: unknown): PluginError {
    const code: PluginErrorCode = "ABORTED";
    const message = "The channel was closed, or its opening was aborted";
    const { plugin } = this.#spec;
    return new PluginError({ code, message, plugin, phase: this.#phase, cause });
  }
}
