import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { PluginError, ProcessExit } from "../errors.ts";

/** One `tools/call` on its way out. */
export interface WireCall {
  /** Names the call in every event of the channel. Not the JSON-RPC id: the channel makes a new one for every send. */
  readonly id: number;
  /** The `params` member as JSON text, frozen when the call was made, so that a second send carries the same bytes */
  readonly params: string;
}

/** A complete JSON-RPC answer to one call. What `result` holds has not been looked at. */
export interface WireAnswer {
  readonly id: number;
  readonly body: { readonly result: unknown } | { readonly error: WireRpcError };
}

export interface WireRpcError {
  readonly code: number;
  /** Untrusted */
  readonly message: string;
  readonly data?: unknown;
}

/** A failure of one call that says nothing about the session. `error.outcome` is always set. */
export interface WireFailure {
  readonly id: number;
  readonly error: PluginError;
}

/** Evidence that the session is gone. */
export interface ChannelLoss {
  readonly error: PluginError;
  /** Calls that end with it. Where nothing is alive any more: all that are out */
  readonly ended: readonly number[];
  /** Those of them which provably never reached the plugin */
  readonly unsent: readonly number[];
  /**
   * True when the other calls that are out may still be answered (an HTTP 404 for one of them): the channel goes on
   * reporting, and may report further losses. False when nothing will come any more: no event follows.
   */
  readonly alive: boolean;
}

/** Receives the events of a channel. The methods must not throw. Each list holds what arrived together. */
export interface ChannelListener {
  answered(answers: readonly WireAnswer[]): void;
  failed(failures: readonly WireFailure[]): void;
  lost(loss: ChannelLoss): void;
}

/** What is known about the far end, for errors and for `status()`. */
export interface ChannelEvidence {
  readonly exit: ProcessExit | null;
  /** Untrusted; empty for HTTP */
  readonly stderrTail: string;
  readonly pid: number | null;
  readonly sessionId: string | null;
}

/**
 * One opening of one transport. A channel is used once: open, handshake, calls, close. Its life in order: {@link open}
 * succeeds; the MCP SDK's client runs its handshake over {@link transport}; calls go out by {@link call}.
 */
export interface Channel {
  /**
   * Spawns the process, or connects the socket (with TLS). Rejects with a PluginError of phase `spawning` or
   * `connecting`. An abort ends the attempt; what it had opened is released by {@link close}.
   */
  open(signal: AbortSignal): Promise<void>;
  /** For the handshake by the SDK, and afterwards for what the server asks of us (ping is answered, the rest refused). */
  readonly transport: Transport;
  /** Sends calls on the direct path, all of a list in one write where the transport allows. Never throws. */
  call(calls: readonly WireCall[]): void;
  /**
   * The callers have gone. Over HTTP the requests are aborted, and each is then reported by `failed` so that its slot
   * is free; over stdio `notifications/cancelled` is sent with a fixed reason, and the answer is still awaited.
   */
  cancel(ids: readonly number[]): void;
  /**
   * Releases everything and waits until it is gone: the process group's exit, or the DELETE's answer (not after a 404
   * for our session) and all sockets. Idempotent: every call returns the same promise. Never rejects, and resolves
   * within the limits of the options. No event is reported once it was called.
   */
  close(): Promise<void>;
  /** Releases what can be released at once, without waiting (the process group gets SIGKILL). For a host that ends. */
  kill(): void;
  evidence(): ChannelEvidence;
}
