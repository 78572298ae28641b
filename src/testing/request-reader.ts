/** An HTTP request, whole. */
export interface HttpRequest {
  readonly method: string;
  /** By names in lower case */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const headEnd = Buffer.from("\r\n\r\n");

/** Cuts the bytes of a connection into requests, as far as the client of this library makes them: HTTP/1.1, with lengths. */
export class RequestReader {
  readonly #onRequest: (request: HttpRequest) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onRequest: (request: HttpRequest) => void) {
    this.#onRequest = onRequest;
  }

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let request = this.#take(); request; request = this.#take()) this.#onRequest(request);
  }

  #take(): HttpRequest | undefined {
    const end = this.#held.indexOf(headEnd);
    if (end < 0) return undefined;
    const [requestLine = "", ...lines] = this.#held.toString("latin1", 0, end).split("\r\n");
    const headers = new Map(lines.map(readHeader));
    const bodyStart = end + headEnd.length;
    const bodyEnd = bodyStart + Number(headers.get("content-length") ?? 0);
    if (this.#held.length < bodyEnd) return undefined;
    const body = this.#held.toString("utf8", bodyStart, bodyEnd);
    this.#held = this.#held.subarray(bodyEnd);
    return { method: requestLine.split(" ", 1)[0] ?? "", headers, body };
  }
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
