import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8, LineSplitter, lossyText } from "../../src/transports/framing.ts";
import { countWork } from "../support/buffer-work.ts";
import { bytesWithoutText } from "../support/longest-text.ts";

/** Pushes chunks, and copies every line at once, since its bytes are only lent. */
function split(chunks: Iterable<Buffer>, maxLineBytes = 1_000): { lines: string[]; fits: boolean } {
  const lines: string[] = [];
  const splitter = new LineSplitter(maxLineBytes, (line) => lines.push(line.toString()));
  for (const chunk of chunks) if (!splitter.push(chunk)) return { lines, fits: false };
  return { lines, fits: true };
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [
    0,
    ...places.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

describe("lines", () => {
  it.each([
    ["end with a newline", "a\nbc\n", ["a", "bc"]],
    ["are kept back until they end", "a\nbc", ["a"]],
    ["lose one carriage return", "a\r\nb\r\r\n", ["a", "b\r"]],
    ["keep a carriage return inside", "a\rb\n", ["a\rb"]],
    ["that are empty are left out", "\n\r\n\na\n\n", ["a"]],
    ["may hold every character", "é\u2028\u{1f600}\n", ["é\u2028\u{1f600}"]],
  ])("%s", (_, text, lines) => {
    expect(split([Buffer.from(text)]).lines).toEqual(lines);
  });

  it("are the same, however the bytes are cut into chunks", () => {
    const text = fc
      .array(fc.constantFrom("a", "é", "\u{1f600}", "\n", "\r", "{", "\u2028"))
      .map((units) => units.join(""));
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (whole, places) => {
        const bytes = Buffer.from(whole);
        const expected = whole
          .split("\n")
          .slice(0, -1)
          .map((line) => line.replace(/\r$/, ""))
          .filter((line) => line !== "");
        expect(split(cutAt(bytes, places))).toEqual({ lines: expected, fits: true });
      }),
    );
  });

  it("are the same for every single cut, and byte by byte", () => {
    const bytes = Buffer.from('{"a":"é"}\r\n\n{"b":"\u{1f600}"}\n{"c"');
    const expected = ['{"a":"é"}', '{"b":"\u{1f600}"}'];
    for (let at = 0; at <= bytes.length; at++)
      expect(split(cutAt(bytes, [at])).lines).toEqual(expected);
    expect(split([...bytes].map((byte) => Buffer.of(byte))).lines).toEqual(expected);
  });

  it("may be as long as the limit, and not one byte longer, however they are cut", () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.array(fc.nat()), (length, places) => {
        const bytes = Buffer.from(`ok\n${"x".repeat(length)}\n`);
        const { fits, lines } = split(cutAt(bytes, places), 20);
        expect(fits).toBe(length <= 20);
        expect(lines[0]).toBe("ok");
      }),
    );
  });

  it("that are too long are noticed before they end", () => {
    const splitter = new LineSplitter(10, () => {});
    expect(splitter.push(Buffer.from("12345"))).toBe(true);
    expect(splitter.heldBytes).toBe(5);
    expect(splitter.push(Buffer.from("678901"))).toBe(false);
    expect(splitter.heldBytes).toBe(0);
  });
});

describe("work", () => {
  it.each([1, 7, 1_000, 65_536])("is linear in chunks of %i bytes", (chunkBytes) => {
    const size = 300_000;
    const bytes = Buffer.alloc(size, "x");
    bytes[size - 1] = 0x0a;
    const work = countWork();
    const { lines } = split(chunksOf(bytes, chunkBytes), size);
    expect(lines.map(({ length }) => length)).toEqual([size - 1]);
    expect(work.copied).toBeLessThanOrEqual(3 * size);
    expect(work.searched).toBeLessThanOrEqual(size);
    // Without this, one byte a chunk could cost an allocation each.
    expect(work.allocations).toBeLessThanOrEqual(10);
  });

  it("copies nothing of lines that come whole", () => {
    const bytes = Buffer.from("a line\n".repeat(1_000));
    const work = countWork();
    split([bytes]);
    expect(work).toMatchObject({ copied: 0, allocations: 0 });
  });

  /** A line of so many bytes in two halves, so that it has to be held. */
  const inTwo = (length: number): Buffer[] => [
    Buffer.alloc(length / 2, "x"),
    Buffer.from(`${"x".repeat(length / 2)}\n`),
  ];

  it.each([
    ["small ones need the same memory again and again", 1_000, 100, 1],
    ["one that fills the memory to its last byte needs no more", 4_096, 1, 1],
    ["what one of 64 kB needed is kept for the next one", 65_536, 2, 1],
    ["what a longer one needed is given back", 65_538, 2, 2],
  ])("of lines in two halves: %s", (_, length, times, allocations) => {
    const chunks = Array.from({ length: times }, () => inTwo(length)).flat();
    const work = countWork();
    const { lines } = split(chunks, 100_000);
    expect(lines.map((line) => line.length)).toEqual(Array.from({ length: times }, () => length));
    expect(work.allocations).toBe(allocations);
  });

  function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
});

describe("text", () => {
  it("is UTF-8, and a byte order mark is no part of it", () => {
    expect(decodeUtf8(Buffer.from("\uFEFFé\u{1f600}"))).toBe("é\u{1f600}");
  });

  it.each([
    ["a lone byte", [0xff]],
    ["a character cut in half", [0x61, 0xc3]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
  ])("is not %s", (_, bytes) => {
    expect(decodeUtf8(Buffer.from(bytes))).toBeUndefined();
  });
});

describe("text that is not UTF-8", () => {
  it("has replacement characters", () => {
    expect(lossyText(Buffer.from("a\xffb", "latin1"))).toBe("a\ufffdb");
  });

  it("is none, where it would be longer than a text can be", () => {
    expect(lossyText(bytesWithoutText())).toBeUndefined();
  });
});
