import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode, type JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Logger } from "../../logger.ts";
import type { InFlight } from "../in-flight.ts";
import { answerText, errorText, isAnswer, readMessage } from "../json-rpc.ts";
import { LineReader } from "./line-reader.ts";
import type { ProtocolOutput } from "./protocol-output.ts";

export interface StdioTransportOptions {
  readonly output: ProtocolOutput;
  readonly inFlight: InFlight;
  readonly maxMessageBytes: number;
  readonly log: Logger;
  /** Called once, when the client has closed our standard input, or reads our output no more */
  readonly onEnd: (cause: "stdin" | "stdout") => void;
}

/**
 * The server's end of a stdio connection. Used in place of the SDK's transport, whose buffer takes quadratic time for
 * long lines and ends the connection at 10 MiB, and which notices neither the end of its input nor a broken output.
 */
export class StdioTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #options: StdioTransportOptions;
  readonly #reader: LineReader;
  readonly #onData = (chunk: Buffer): void => this.#reader.push(chunk);
  readonly #onInputEnd = (): void => this.#options.onEnd("stdin");
  #reading = false;

  constructor(options: StdioTransportOptions) {
    this.#options = options;
    this.#reader = new LineReader(
      options.maxMessageBytes,
      (line) => this.#receive(line),
      () => this.#refuseLong(),
    );
  }

  start(): Promise<void> {
    const { output, onEnd } = this.#options;
    output.onBroken = () => onEnd("stdout");
    // A client that does not read its answers gets no further calls run, so that they cannot pile up here.
    output.onCongestion = (congested) => {
      if (this.#reading) process.stdin[congested ? "pause" : "resume"]();
    };
    process.stdin.on("data", this.#onData);
    for (const event of ["end", "close", "error"]) process.stdin.on(event, this.#onInputEnd);
    this.#reading = true;
    return Promise.resolve();
  }

  /** Takes no further messages. Answers can still be sent. */
  stopReading(): void {
    if (!this.#reading) return;
    this.#reading = false;
    process.stdin.off("data", this.#onData);
    process.stdin.pause();
  }

  send(message: JSONRPCMessage): Promise<void> {
    const { output, inFlight } = this.#options;
    if (isAnswer(message)) {
      output.writeLine(answerText(message));
      inFlight.end();
    } else output.writeLine(JSON.stringify(message));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.stopReading();
    for (const event of ["end", "close", "error"]) process.stdin.off(event, this.#onInputEnd);
    this.onclose?.();
    return Promise.resolve();
  }

  #receive(line: Buffer): void {
    const incoming = readMessage(line);
    switch (incoming.kind) {
      case "request":
        this.#options.inFlight.begin();
        this.onmessage?.(incoming.message);
        return;
      case "notification":
        this.onmessage?.(incoming.message);
        return;
      case "invalid":
        this.#options.log.warn("refused a message", { reason: incoming.reason });
        this.#options.output.writeLine(errorText(incoming.id, incoming.code, incoming.reason));
    }
  }

  #refuseLong(): void {
    const { output, log, maxMessageBytes } = this.#options;
    const reason = `Message is longer than ${maxMessageBytes} bytes`;
    log.warn("refused a message", { reason });
    output.writeLine(errorText(null, ErrorCode.InvalidRequest, reason));
  }
}
