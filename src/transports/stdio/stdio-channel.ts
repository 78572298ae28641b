import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  PluginError,
  type PluginErrorCode,
  type PluginPhase,
  type ProcessExit,
} from "../../errors.ts";
import { guardLogger, type Logger } from "../../logger.ts";
import type { Channel, ChannelEvidence, ChannelListener, WireCall } from "../channel.ts";
import { type Child, type ChildListener, spawnProcess } from "./child.ts";
import { Conversation, type ConversationCounters } from "./conversation.ts";
import { type LossSign, lossError } from "./loss.ts";
import { prepareCommand } from "./prepare.ts";
import { spawnError } from "./spawn-error.ts";
import { StderrSink } from "./stderr-sink.ts";
import type { ResolvedCommand, StdioSpec } from "./stdio-spec.ts";
import { stopChild } from "./stop-ladder.ts";

const drainMs = 250;

/** A channel over the pipes of a child process. */
export interface StdioChannel extends Channel {
  readonly counters: ConversationCounters;
}

/** A channel to a plugin that runs as a child process, in a process group of its own. Nothing is run before `open`. */
export function createStdioChannel(spec: StdioSpec, listener: ChannelListener): StdioChannel {
  return new ProcessChannel(spec, listener);
}

/**
 * - `new`, `starting`: there is nobody to talk to yet
 * - `open`
 * - `ending`: there is a sign of the loss; what the plugin still says is read, for a short time
 * - `lost`: the opening has failed, or the loss was reported
 * - `closed`: nothing is reported any more
 */
type ChannelState = "new" | "starting" | "open" | "ending" | "lost" | "closed";

class ProcessChannel implements StdioChannel {
  readonly #spec: StdioSpec;
  readonly #listener: ChannelListener;
  readonly #logger: Logger;
  readonly #conversation: Conversation;
  readonly #stderr: StderrSink;
  /** Resolves when there is no child, or no more */
  readonly #gone: Promise<void>;
  #noteGone: () => void = () => {};
  #state: ChannelState = "new";
  #child: Child | undefined;
  #opening: Promise<void> | undefined;
  #interruptOpening: (error: PluginError) => void = () => {};
  #closing: Promise<void> | undefined;
  #sign: LossSign | undefined;
  #exit: ProcessExit | null = null;
  #hasStdoutEnded = false;
  #drainTimer: unknown;

  constructor(spec: StdioSpec, listener: ChannelListener) {
    this.#spec = spec;
    this.#listener = listener;
    this.#logger = guardLogger(spec.logger);
    this.#stderr = new StderrSink(spec.onStderr);
    this.#gone = new Promise((resolve) => {
      this.#noteGone = resolve;
    });
    this.#conversation = new Conversation({
      plugin: spec.plugin,
      maxMessageBytes: spec.maxMessageBytes,
      exposePluginText: spec.exposePluginText,
      logger: this.#logger,
      clock: spec.clock,
      listener,
      write: (text) => this.#child?.write(text) ?? false,
      violated: (code, message) => this.#lose(this.#violation(code, message)),
      close: () => this.close(),
    });
  }

  get transport(): Transport {
    return this.#conversation.transport;
  }

  get counters(): ConversationCounters {
    return this.#conversation.counters;
  }

  open(signal: AbortSignal): Promise<void> {
    this.#opening ??= this.#open(signal);
    return this.#opening;
  }

  call(calls: readonly WireCall[]): void {
    if (this.#hasPeer) this.#conversation.call(calls);
  }

  cancel(ids: readonly number[]): void {
    if (this.#hasPeer) this.#conversation.cancel(ids);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  kill(): void {
    this.#silence();
    this.#child?.signal("SIGKILL");
    this.#child?.closePipes();
  }

  evidence(): ChannelEvidence {
    return {
      exit: this.#exit,
      stderrTail: this.#stderr.tail,
      pid: this.#child?.pid ?? null,
      sessionId: null,
    };
  }

  get #hasPeer(): boolean {
    return this.#state === "open" || this.#state === "ending";
  }

  get #phase(): PluginPhase {
    if (this.#state === "new" || this.#state === "starting") return "spawning";
    return this.#conversation.isEstablished ? "invoking" : "initializing";
  }

  async #open(signal: AbortSignal): Promise<void> {
    const interrupted = new Promise<never>((_, reject) => {
      this.#interruptOpening = reject;
    });
    // It may be rejected when nobody waits for it any more.
    interrupted.catch(() => {});
    const abort = (): void => this.#interruptOpening(this.#aborted(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (this.#state !== "new" || signal.aborted) throw this.#aborted(signal.reason);
      this.#state = "starting";
      const command = await Promise.race([prepareCommand(this.#spec), interrupted]);
      await Promise.race([this.#spawn(command), interrupted]);
    } catch (error) {
      if (this.#state !== "closed") this.#state = "lost";
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  #spawn(command: ResolvedCommand): Promise<void> {
    const { plugin, inheritEnv, spawn = spawnProcess } = this.#spec;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.#noteGone();
        reject(
          spawnError(error, { plugin, inheritEnv, command: command.command, file: command.file }),
        );
      };
      const spawned = (): void => {
        if (this.#state === "starting") this.#state = "open";
        this.#logger.debug("spawned the plugin process", { plugin, pid: this.#child?.pid });
        resolve();
      };
      try {
        this.#child = spawn(command, this.#childListener(spawned, fail));
      } catch (error) {
        fail(error);
      }
    });
  }

  #childListener(spawned: () => void, failed: (error: Error) => void): ChildListener {
    return {
      spawned,
      failed,
      stdout: (chunk) => {
        if (this.#hasPeer) this.#conversation.receive(chunk);
      },
      stdoutEnded: () => {
        this.#hasStdoutEnded = true;
        this.#noteSign("stdoutEnded");
      },
      stderr: (chunk) => this.#stderr.push(chunk),
      stdinDrained: () => {
        if (this.#state === "open") this.#conversation.resume();
      },
      stdinFailed: () => this.#noteSign("stdinFailed"),
      exited: (exit) => {
        this.#exit = exit;
        this.#noteGone();
        this.#noteSign("exited");
      },
    };
  }

  // One sign is enough, but the others tell more, and answers may still be in the pipe. A process that the plugin has
  // started may hold the pipe for ever, so not for long.
  #noteSign(sign: LossSign): void {
    this.#sign ??= sign;
    if (this.#state === "starting") this.#interruptOpening(this.#lossError());
    if (!this.#hasPeer) return;
    if (this.#state === "open") {
      this.#state = "ending";
      this.#conversation.stopWriting();
      this.#drainTimer = this.#spec.clock.setTimeout(() => this.#lookOnceMore(), drainMs);
    }
    if (this.#exit && this.#hasStdoutEnded) this.#lose(this.#lossError());
  }

  // In a host that was busy the timer may come before bytes that have been waiting in the pipe.
  #lookOnceMore(): void {
    const lose = (): void => this.#lose(this.#lossError());
    this.#drainTimer = this.#spec.clock.setTimeout(lose, 0);
  }

  #lose(error: PluginError): void {
    if (!this.#hasPeer) return;
    this.#state = "lost";
    this.#spec.clock.clearTimeout(this.#drainTimer);
    this.#logger.warn("lost the plugin process", {
      plugin: this.#spec.plugin,
      code: error.code,
      phase: error.phase,
      exit: this.#exit,
      stderrBytes: this.#stderr.totalBytes,
      unfinishedBytes: this.#conversation.unfinishedBytes,
      ...(this.#spec.exposePluginText && { stderr: this.#stderr.kept }),
    });
    const { ended, unsent } = this.#conversation.end(error);
    this.#listener.lost({ error, ended, unsent, alive: false });
  }

  async #close(): Promise<void> {
    this.#silence();
    const child = this.#child;
    if (!child) return;
    const { clock, stopGraceMs, plugin } = this.#spec;
    const report = await stopChild({ child, gone: this.#gone, clock, graceMs: stopGraceMs });
    child.release();
    if (report.survived)
      this.#logger.warn("a process of the plugin survived SIGKILL", { plugin, pid: child.pid });
    else this.#logger.debug("ended the plugin process", { plugin, lastStep: report.lastStep });
  }

  #silence(): void {
    if (this.#state === "closed") return;
    const error = this.#aborted();
    this.#state = "closed";
    this.#spec.clock.clearTimeout(this.#drainTimer);
    this.#interruptOpening(error);
    this.#conversation.end(error);
  }

  #lossError(): PluginError {
    return lossError({
      plugin: this.#spec.plugin,
      phase: this.#phase,
      sign: this.#sign ?? "exited",
      exit: this.#exit,
      stderrTail: this.#stderr.tail,
      inheritEnv: this.#spec.inheritEnv,
    });
  }

  #violation(code: PluginErrorCode, message: string): PluginError {
    const stderrTail = this.#stderr.tail || undefined;
    return new PluginError({
      code,
      message,
      plugin: this.#spec.plugin,
      phase: this.#phase,
      stderrTail,
    });
  }

  #aborted(cause?: unknown): PluginError {
    return new PluginError({
      code: "ABORTED",
      message: "The channel was closed, or its opening was aborted",
      plugin: this.#spec.plugin,
      phase: this.#phase,
      cause,
    });
  }
}
