import { silentLogger } from "../logger.ts";
import { isRecord } from "../models/records.ts";
import { CallAbort } from "../server/call-abort.ts";
import type { Plugin } from "../server/define-plugin.ts";
import { HookReport } from "../server/hook-report.ts";
import { PluginSet } from "../server/plugin-set.ts";
import { serverName } from "../server/server-name.ts";
import { callTool } from "../server/tools.ts";
import type { FaultScript, Point } from "./cues.ts";
import type { Fault, Moment } from "./faults.ts";
import type { TimeLine } from "./time-line.ts";
import type { RunEnd, WorldLog } from "./world-events.ts";

/** A JSON-RPC message from the client. */
export interface ClientMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** The process, or the connection, that a request came through. */
export interface Peer {
  readonly id: number;
  readonly isOpen: boolean;
  /** Calls back when the plugin is not frozen, or no more. */
  whenAwake(work: () => void): void;
  strike(fault: Fault): void;
}

/** One request, and the way that its answer takes. */
export interface Exchange {
  readonly peer: Peer;
  answer(message: object, faults: readonly Fault[]): void;
  /** HTTP only */
  refuse(fault: Refusal): void;
}

/** An answer by its HTTP status alone */
export type Refusal = Fault & { readonly kind: "status" };

interface Run {
  readonly number: number;
  readonly exchange: Exchange;
  readonly requestId: unknown;
  readonly abort: CallAbort;
  readonly faults: readonly Fault[];
  readonly isHung: boolean;
  readonly isDeaf: boolean;
  isCancelled: boolean;
  result: Promise<object>;
  timer: unknown;
}

export interface ServerSpec {
  readonly plugin: Plugin;
  readonly era: "session" | "sessionless";
  readonly line: TimeLine;
  readonly log: WorldLog;
  readonly script: FaultScript;
  /** Time that a request takes, in milliseconds */
  readonly latencyMs: () => number;
  /** Whether a run that is cancelled ends at once, and not by itself */
  readonly obeysCancel: boolean;
}

const sessionlessVersion = "2026-07-28";
const versionKey = "io.modelcontextprotocol/protocolVersion";

/**
 * A plugin server without a transport: it answers like the servers of `mcp-tether/server`, whose tools it has, or does what
 * the script of faults says instead.
 */
export class SimulatedServer {
  readonly #spec: ServerSpec;
  readonly #report = new HookReport(silentLogger);
  readonly #runs = new Set<Run>();
  #plugins: PluginSet;
  #lastRun = 0;

  constructor(spec: ServerSpec) {
    this.#spec = spec;
    this.#plugins = new PluginSet([spec.plugin], this.#report);
  }

  /** Calls that the plugin is at work on */
  get running(): number {
    return this.#runs.size;
  }

  serve(plugin: Plugin): void {
    this.#plugins = new PluginSet([plugin], this.#report);
  }

  receive(message: ClientMessage, exchange: Exchange): void {
    const { method } = message;
    if (message.id === undefined) {
      if (method === "notifications/cancelled") this.#cancel(exchange.peer, message.params);
      return;
    }
    if (method === "tools/call") this.#callTool(message, exchange);
    else if (method === this.#handshakeMethod)
      this.#attend("handshake", message, exchange, async (_, faults) =>
        this.#greet(message.params, faults),
      );
    else exchange.answer(failure(message.id, -32_601, `Method not found: ${method}`), []);
  }

  /** The process has died, or the connection is gone: nobody gets the answers of what runs there. */
  leave(peer: Peer, how: RunEnd): void {
    for (const run of this.#runs) if (run.exchange.peer === peer) this.#end(run, how);
  }

  get #handshakeMethod(): string {
    return this.#spec.era === "session" ? "initialize" : "server/discover";
  }

  #greet(params: unknown, faults: readonly Fault[]): object {
    const serverInfo = { name: serverName, version: "simulated" };
    const capabilities = { tools: { listChanged: false } };
    const { version } = faults.find((fault) => fault.kind === "speak") ?? {};
    if (this.#spec.era === "sessionless")
      return { supportedVersions: [version ?? sessionlessVersion], capabilities, serverInfo };
    const { protocolVersion } = asRecord(params);
    return { protocolVersion: version ?? protocolVersion, capabilities, serverInfo };
  }

  #callTool(message: ClientMessage, exchange: Exchange): void {
    const { name, arguments: given = {}, _meta } = asRecord(message.params);
    if (this.#spec.era === "sessionless" && asRecord(_meta)[versionKey] !== sessionlessVersion) {
      const text = `Unsupported protocol version in _meta: ${asRecord(_meta)[versionKey]}`;
      exchange.answer(failure(message.id, -32_602, text), []);
      return;
    }
    const point = name === "invoke_hook" ? "call" : "config";
    this.#attend(point, message, exchange, (abort) =>
      callTool(this.#plugins, String(name), asRecord(given), abort),
    );
  }

  /** Sees a request through, with all that is to go wrong on its way. */
  #attend(
    point: Point,
    message: ClientMessage,
    exchange: Exchange,
    work: (abort: CallAbort, faults: readonly Fault[]) => Promise<object>,
  ): void {
    const { script, log, line, latencyMs, obeysCancel } = this.#spec;
    const { peer } = exchange;
    const faults = script.take(point);
    log.struck(faults);
    strike(peer, faults, "arrived");
    if (!peer.isOpen) return;
    const isForgotten = faults.some(({ kind }) => kind === "loseSession");
    const refusal = isForgotten ? sessionGone : faults.find(isRefusal);
    if (refusal) {
      refuse(exchange, message.id, refusal);
      return;
    }

    const abort = new CallAbort();
    const delayMs = totalDelay(faults);
    const ms = latencyMs() + delayMs;
    const isHung = faults.some(({ kind }) => kind === "hang");
    const run: Run = {
      number: point === "call" ? ++this.#lastRun : 0,
      exchange,
      requestId: message.id,
      abort,
      faults,
      isHung,
      isDeaf: isHung || delayMs > 0 || !obeysCancel,
      isCancelled: false,
      result: Promise.resolve({}),
      timer: undefined,
    };
    this.#runs.add(run);
    if (run.number > 0) this.#noteStart(run, message.params);
    run.result = work(abort, faults);
    if (faults.some((fault) => momentOf(fault) === "running"))
      line.set(() => this.#runs.has(run) && strike(peer, script.still(faults), "running"), ms / 2);
    if (!run.isHung) run.timer = line.set(() => void this.#finish(run), ms);
  }

  #noteStart(run: Run, params: unknown): void {
    const { arguments: given, _meta } = asRecord(params);
    const { hook_type: hookType } = asRecord(given);
    const { "mcp-tether/idempotencyKey": key, "mcp-tether/attempt": attempt } = asRecord(_meta);
    this.#spec.log.tell({
      type: "started",
      run: run.number,
      via: run.exchange.peer.id,
      hookType: String(hookType),
      idempotencyKey: typeof key === "string" ? key : null,
      attempt: typeof attempt === "number" ? attempt : 1,
    });
  }

  async #finish(run: Run): Promise<void> {
    const result = await run.result;
    run.exchange.peer.whenAwake(() => {
      if (!this.#runs.has(run)) return;
      this.#end(run, run.isCancelled ? "cancelled" : "answered");
      const faults = this.#spec.script.still(run.faults);
      run.exchange.answer(answerOf(run, result, faults), faults);
    });
  }

  #end(run: Run, how: RunEnd): void {
    if (!this.#runs.delete(run)) return;
    this.#spec.line.cancel(run.timer);
    if (how !== "answered") run.abort.abort(new DOMException("Nobody waits for it", "AbortError"));
    if (run.number > 0) this.#spec.log.tell({ type: "ended", run: run.number, how });
  }

  #cancel(peer: Peer, params: unknown): void {
    const { requestId } = asRecord(params);
    for (const run of this.#runs) {
      if (run.exchange.peer !== peer || run.requestId !== requestId || run.isDeaf) continue;
      run.isCancelled = true;
      run.abort.abort(new DOMException("This operation was aborted", "AbortError"));
      this.#spec.line.cancel(run.timer);
      void this.#finish(run);
    }
  }
}

type AnyRefusal = Refusal | (Fault & { readonly kind: "rpcError" });

const isRefusal = (fault: Fault): fault is AnyRefusal =>
  fault.kind === "status" || fault.kind === "rpcError";

/** How a server answers who has a session that it does not know. */
export const sessionGone: Refusal = {
  kind: "status",
  status: 404,
  headers: { "content-type": "application/json" },
  body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session not found"}}',
};

function refuse(exchange: Exchange, id: unknown, fault: AnyRefusal): void {
  if (fault.kind === "status") exchange.refuse(fault);
  else exchange.answer(failure(id, fault.code, fault.message), []);
}

/** What a fault does to the process or the connection that a request came through. */
export function strike(peer: Peer, faults: readonly Fault[], moment: Moment): void {
  for (const fault of faults) if (momentOf(fault) === moment) peer.strike(fault);
}

/** When a fault strikes a peer; undefined if it is about the request alone. */
export function momentOf(fault: Fault): Moment | undefined {
  switch (fault.kind) {
    case "die":
    case "cut":
      return fault.moment;
    case "freeze":
    case "loseSession":
    case "refuse":
    case "print":
    case "resist":
    case "change":
      return "arrived";
    default:
      return undefined;
  }
}

function totalDelay(faults: readonly Fault[]): number {
  let ms = 0;
  for (const fault of faults) if (fault.kind === "delay") ms += fault.ms;
  return ms;
}

function answerOf(run: Run, result: object, faults: readonly Fault[]): object {
  if (run.isCancelled) return failure(run.requestId, 0, "Request cancelled");
  const other = faults.find((fault) => fault.kind === "answerWith");
  const { text, isError } = other ?? {};
  const said = text === undefined ? result : { content: [{ type: "text", text }], isError };
  return { jsonrpc: "2.0", id: run.requestId, result: said };
}

function failure(id: unknown, code: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
