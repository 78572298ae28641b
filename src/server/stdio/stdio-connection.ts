import { ErrorCode, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { Logger } from "../../logger.ts";
import type { InFlight } from "../in-flight.ts";
import {
  callMethod,
  cancelledAnswer,
  cancelledId,
  errorText,
  type IncomingNotification,
  type IncomingRequest,
  readMessage,
} from "../json-rpc.ts";
import type { PluginSet } from "../plugin-set.ts";
import { ProtocolSession } from "../protocol-session.ts";
import { Backlog } from "./backlog.ts";
import { LineReader } from "./line-reader.ts";
import type { ProtocolOutput } from "./protocol-output.ts";

export interface StdioConnectionOptions {
  readonly plugins: PluginSet;
  readonly output: ProtocolOutput;
  readonly runs: InFlight;
  readonly maxMessageBytes: number;
  readonly log: Logger;
  /** Called once or more, when the client has closed our standard input, or reads our output no more */
  readonly onEnd: (cause: "stdin" | "stdout") => void;
}

const inputEnds = ["end", "close", "error"];

/**
 * The server's end of a stdio connection. Used in place of the SDK's transport, whose buffer takes quadratic time for
 * long lines and ends the connection at 10 MiB, and which notices neither the end of its input nor a broken output.
 */
export class StdioConnection {
  readonly #options: StdioConnectionOptions;
  readonly #session: ProtocolSession;
  readonly #reader: LineReader;
  readonly #backlog = new Backlog();
  readonly #onData = (chunk: Buffer): void => this.#reader.push(chunk);
  readonly #onInputEnd = (): void => this.#options.onEnd("stdin");
  #isReading = false;
  #isCongested = false;
  #isPaused = false;

  constructor(options: StdioConnectionOptions) {
    const { plugins, runs, output, maxMessageBytes } = options;
    this.#options = options;
    this.#session = new ProtocolSession(plugins, runs, ({ text }) => output.writeLine(text));
    this.#reader = new LineReader(
      maxMessageBytes,
      (line) => this.#receive(line),
      () => this.#refuseLong(),
    );
  }

  start(): void {
    const { output, runs, onEnd } = this.#options;
    const { stdin } = process;
    output.onBroken = () => onEnd("stdout");
    output.onCongestion = (congested) => {
      this.#isCongested = congested;
      this.#pace();
    };
    runs.onRoom = () => this.#runWaiting();
    stdin.on("data", this.#onData);
    for (const event of inputEnds) stdin.on(event, this.#onInputEnd);
    this.#isReading = true;
    // An input that has ended before does not say so again.
    if (stdin.readableEnded || stdin.destroyed) queueMicrotask(this.#onInputEnd);
  }

  /** Takes no further messages. Answers can still be sent. */
  stopReading(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    process.stdin.off("data", this.#onData);
    process.stdin.pause();
  }

  /** Tells hooks that still run, and lets go of standard input. */
  close(): void {
    this.stopReading();
    for (const event of inputEnds) process.stdin.off(event, this.#onInputEnd);
    this.#session.close();
  }

  // A client that does not read its answers, or calls without end, is not read any further: it would all pile up here.
  #pace(): void {
    const pause = this.#isCongested || this.#backlog.isLarge;
    if (!this.#isReading || pause === this.#isPaused) return;
    this.#isPaused = pause;
    process.stdin[pause ? "pause" : "resume"]();
  }

  #receive(line: Buffer): void {
    const incoming = readMessage(line);
    switch (incoming.kind) {
      case "request":
        this.#take(incoming);
        break;
      case "notification":
        this.#notice(incoming);
        break;
      case "invalid":
        this.#refuse(incoming.reason, incoming.code, incoming.id);
    }
  }

  #take(request: IncomingRequest): void {
    const { id, method } = request.message;
    // An answer with this id would be taken for that of the call that has it.
    if (this.#session.isRunning(id) || this.#backlog.has(id))
      this.#refuse("This request id is in use");
    else if (method === callMethod && this.#options.runs.isFull) {
      this.#backlog.add(request);
      this.#pace();
    } else this.#session.receive(request);
  }

  #notice(notification: IncomingNotification): void {
    const cancelled = cancelledId(notification.message);
    if (cancelled !== undefined && this.#backlog.remove(cancelled)) {
      this.#options.output.writeLine(cancelledAnswer(cancelled).text);
      this.#pace();
    } else this.#session.receive(notification);
  }

  #runWaiting(): void {
    while (!this.#options.runs.isFull) {
      const call = this.#backlog.next();
      if (call === undefined) break;
      this.#session.receive(call);
    }
    this.#pace();
  }

  #refuseLong(): void {
    this.#refuse(`Message is longer than ${this.#options.maxMessageBytes} bytes`);
  }

  #refuse(
    reason: string,
    code: number = ErrorCode.InvalidRequest,
    id: RequestId | null = null,
  ): void {
    this.#options.log.warn("refused a message", { reason });
    this.#options.output.writeLine(errorText(id, code, reason));
  }
}
