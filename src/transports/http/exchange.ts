import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, errors } from "undici";
import type { BodyReader } from "./body-reader.ts";
import { type Ending, type Interrupted, unusable } from "./ending.ts";
import { decompressor, Inflater } from "./inflater.ts";
import type { Lingering } from "./lingering.ts";
import { codeOf } from "./system-code.ts";

/** Bytes that a response may go on with after its end is known, before its connection is closed instead. */
const lingerRoom = 65_536;

/** Whose request it is. */
export interface ExchangeOwner {
  /** How to read a response; or what it says by its head alone; or undefined, if the owner goes on by itself */
  responded(status: number, headers: IncomingHttpHeaders): BodyReader | Ending | undefined;
  ended(ending: Ending | Interrupted): void;
}

/** One HTTP request and its response. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #owner: ExchangeOwner;
  readonly #lingering: Lingering;
  #controller: Dispatcher.DispatchController | undefined;
  #reader: BodyReader | undefined;
  #inflater: Inflater | undefined;
  #isSent = false;
  /** The owner has been told, or wants to know nothing */
  #isSettled = false;
  /** The response has ended, or never will */
  #isOver = false;
  #lingeredBytes = 0;

  constructor(owner: ExchangeOwner, lingering: Lingering) {
    this.#owner = owner;
    this.#lingering = lingering;
  }

  /** The server may have got the request, or a part of it. */
  get isSent(): boolean {
    return this.#isSent;
  }

  /** Closes the connection, so that the server sees it. The owner is not told. */
  abort(): void {
    this.#isSettled = true;
    this.#inflater?.destroy();
    if (!this.#isOver) this.#controller?.abort(new errors.RequestAbortedError());
  }

  // undici calls it before the first byte is written, and not earlier.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) controller.abort(new errors.RequestAbortedError());
    else this.#isSent = true;
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#isSettled) return;
    const next = this.#owner.responded(status, headers);
    if (next === undefined) this.#linger();
    else if ("kind" in next) this.#settle(next);
    else this.#read(next, headers["content-encoding"]);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) {
      this.#lingeredBytes += chunk.length;
      if (this.#lingeredBytes > lingerRoom) this.abort();
    } else if (this.#inflater) {
      if (!this.#inflater.write(chunk)) controller.pause();
    } else {
      this.#push(chunk);
    }
  }

  onResponseEnd(): void {
    this.#leave();
    if (this.#isSettled) return;
    if (this.#inflater) this.#inflater.end();
    else this.#end();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#leave();
    if (!this.#isSettled) this.#settle(this.#reader?.cut() ?? this.#explain(error));
  }

  #read(reader: BodyReader, encoding: unknown): void {
    this.#reader = reader;
    const stream = decompressor(encoding);
    if (stream === null) return;
    if (stream === undefined) {
      this.#settle(
        reader.spoil("The server's answer has a content-encoding that is not known here"),
      );
      return;
    }
    this.#inflater = new Inflater(stream, {
      data: (chunk) => this.#push(chunk),
      ended: () => this.#end(),
      failed: () => this.#settle(reader.spoil("The server's answer cannot be decompressed")),
      drained: () => this.#controller?.resume(),
    });
  }

  #push(chunk: Buffer): void {
    if (this.#isSettled) return;
    const ending = this.#reader?.push(chunk);
    if (ending) this.#settle(ending);
  }

  #end(): void {
    const ending = this.#isSettled ? undefined : this.#reader?.end();
    if (ending) this.#settle(ending);
  }

  #settle(ending: Ending | Interrupted): void {
    if (this.#isSettled) return;
    this.#linger();
    if (ending.kind === "unusable") this.abort();
    this.#owner.ended(ending);
  }

  #linger(): void {
    this.#isSettled = true;
    this.#reader = undefined;
    this.#inflater?.destroy();
    if (this.#isOver) return;
    this.#controller?.resume();
    this.#lingering.add(this);
  }

  #leave(): void {
    this.#isOver = true;
    this.#lingering.delete(this);
  }

  #explain(error: Error): Ending {
    const systemCode = codeOf(error);
    if (systemCode === "UND_ERR_HEADERS_OVERFLOW")
      return unusable("The head of the server's answer is too large", "unknown", "TOO_LARGE");
    if (error instanceof errors.HTTPParserError)
      return unusable("The server's answer is no valid HTTP");
    if (systemCode === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH")
      return unusable("The server's answer has not the length that it says");
    return { kind: "cut", systemCode, isSent: this.#isSent };
  }
}
