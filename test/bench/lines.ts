import type { Readable } from "node:stream";

const newline = 0x0a;

/** Calls `onLine` with each line of a stream. Its work is linear in their length, and it does nothing else. */
export function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let pieces: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (pieces.length === 0) {
        onLine(piece.toString());
      } else {
        const line = Buffer.concat([...pieces, piece]).toString();
        pieces = [];
        onLine(line);
      }
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  });
}
