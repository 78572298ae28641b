import type { Transform } from "node:stream";
import zlib from "node:zlib";

const chunkSize = 65_536;

export interface InflaterListener {
  data(chunk: Buffer): void;
  ended(): void;
  failed(): void;
  /** It takes more again */
  drained(): void;
}

/** Undoes the compression of one body, a piece at a time. */
export class Inflater {
  readonly #stream: Transform;

  constructor(stream: Transform, listener: InflaterListener) {
    this.#stream = stream
      .on("data", (chunk: Buffer) => listener.data(chunk))
      .on("end", () => listener.ended())
      .on("error", () => listener.failed())
      .on("drain", () => listener.drained());
  }

  /** False: no more until it has drained */
  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk);
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/** The stream for a `Content-Encoding`: null if there is nothing to undo, undefined if it is not known. */
export function decompressor(encoding: unknown): Transform | null | undefined {
  if (encoding === undefined) return null;
  switch (String(encoding).trim().toLowerCase()) {
    case "identity":
    case "":
      return null;
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip({ chunkSize });
    case "deflate":
      return zlib.createInflate({ chunkSize });
    case "br":
      return zlib.createBrotliDecompress({ chunkSize });
    default:
      return undefined;
  }
}
