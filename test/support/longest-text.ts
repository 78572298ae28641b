import { vi } from "vitest";

/**
 * Bytes that are not UTF-8, and of which no text can be made until vitest restores its mocks: as if they were longer than
 * the longest text, which is half a gibibyte.
 */
export function bytesWithoutText(): Buffer {
  const bytes = Buffer.from('{"jsonrpc":"2.0","id":"h1","result":"\xff"}', "latin1");
  const { toString: textOf } = Buffer.prototype;
  vi.spyOn(Buffer.prototype, "toString").mockImplementation(function (this: Buffer, ...args) {
    const isWhole = args.length === 0;
    if (isWhole && this.includes(bytes))
      throw new RangeError("Cannot create a string longer than 0x1fffffe8");
    return textOf.apply(this, args);
  });
  return bytes;
}
