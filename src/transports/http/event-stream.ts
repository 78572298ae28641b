import { HeldBytes } from "./held-bytes.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineBreak = Buffer.from("\n");
const messageType = Buffer.from("message");
/** For the name of a field, and the mark before it */
const fieldRoom = 64;
/** What can be sent back in a header, and no more of it than is needed to tell events apart */
const legalEventId = /^[\x20-\x7e]{1,1024}$/;
const legalRetry = /^\d{1,10}$/;
const wantedFields: ReadonlySet<string> = new Set(["data", "event", "id", "retry"]);

/**
 * Cuts a stream of server-sent events into their data, however it is cut into chunks. Lines end with CR, LF or both.
 * Comments are passed over, and so are events of another type than `message`, as the MCP SDKs do. An event without its
 * blank line is not complete, and never delivered.
 */
export class EventSplitter {
  readonly #maxDataBytes: number;
  readonly #onData: (data: Buffer) => void;
  readonly #line = new HeldBytes();
  readonly #data = new HeldBytes();
  #hasData = false;
  #isMessage = true;
  #isFirstLine = true;
  /** The last byte was CR: an LF that follows belongs to it */
  #isAfterReturn = false;
  #isStopped = false;
  #eventId: string | undefined;
  #lastEventId: string | undefined;
  #retryMs: number | undefined;

  constructor(maxDataBytes: number, onData: (data: Buffer) => void) {
    this.#maxDataBytes = maxDataBytes;
    this.#onData = onData;
  }

  /** Of the latest complete event; undefined if the server gives none that can be sent back. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** How long the server wants to be left alone before it is asked for the rest. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** Nothing is delivered any more. May be called from the callback. */
  stop(): void {
    this.#isStopped = true;
  }

  /** False when the data of an event, or a line, is larger than the limit: do not push again. */
  push(chunk: Buffer): boolean {
    const breaks = new LineBreaks(chunk);
    let start = 0;
    for (let at = breaks.next(); at >= 0; at = breaks.next()) {
      const isSecondHalf = this.#isAfterReturn && at === start && chunk[at] === lineFeed;
      this.#isAfterReturn = chunk[at] === carriageReturn;
      if (!isSecondHalf && !this.#endLine(chunk.subarray(start, at))) return false;
      if (this.#isStopped) return true;
      start = at + 1;
    }
    if (start < chunk.length) {
      this.#isAfterReturn = false;
      this.#line.push(chunk.subarray(start));
    }
    return this.#line.length + this.#data.length <= this.#maxDataBytes + fieldRoom;
  }

  #endLine(piece: Buffer): boolean {
    let line = piece;
    if (this.#line.length > 0) {
      this.#line.push(piece);
      line = this.#line.take();
    }
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (line.subarray(0, byteOrderMark.length).equals(byteOrderMark))
        line = line.subarray(byteOrderMark.length);
    }
    if (line.length === 0) this.#endEvent();
    else this.#readField(line);
    return this.#data.length <= this.#maxDataBytes;
  }

  #readField(line: Buffer): void {
    const at = line.indexOf(colon);
    if (at === 0) return;
    const name = line.toString("latin1", 0, Math.min(at < 0 ? line.length : at, fieldRoom));
    if (!wantedFields.has(name)) return;
    const from = at < 0 ? line.length : at + (line[at + 1] === space ? 2 : 1);
    const value = line.subarray(from);
    if (name === "data") this.#addData(value);
    else if (name === "event") this.#isMessage = value.length === 0 || value.equals(messageType);
    else if (name === "id") this.#eventId = legalText(value, legalEventId);
    else this.#readRetry(value);
  }

  #readRetry(value: Buffer): void {
    const text = legalText(value, legalRetry);
    if (text !== undefined) this.#retryMs = Number(text);
  }

  #addData(value: Buffer): void {
    if (this.#hasData) this.#data.push(lineBreak);
    this.#hasData = true;
    this.#data.push(value);
  }

  #endEvent(): void {
    const data = this.#data.take();
    const isWanted = this.#hasData && this.#isMessage;
    this.#hasData = false;
    this.#isMessage = true;
    this.#lastEventId = this.#eventId;
    if (isWanted) this.#onData(data);
  }
}

function legalText(value: Buffer, legal: RegExp): string | undefined {
  const text = value.toString("latin1");
  return legal.test(text) ? text : undefined;
}

/** The places of CR and LF in a chunk, in order. Every byte is searched once for each. */
class LineBreaks {
  readonly #chunk: Buffer;
  #lineFeed: number;
  #carriageReturn: number;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
    this.#lineFeed = chunk.indexOf(lineFeed);
    this.#carriageReturn = chunk.indexOf(carriageReturn);
  }

  /** -1 when there are no more */
  next(): number {
    const lf = this.#lineFeed;
    const cr = this.#carriageReturn;
    if (cr >= 0 && (lf < 0 || cr < lf)) {
      this.#carriageReturn = this.#chunk.indexOf(carriageReturn, cr + 1);
      return cr;
    }
    if (lf >= 0) this.#lineFeed = this.#chunk.indexOf(lineFeed, lf + 1);
    return lf;
  }
}
