import fc from "fast-check";
import { expect, test } from "vitest";
import { LineReader } from "../../src/server/stdio/line-reader.ts";
import { countWork } from "../support/buffer-work.ts";

const tooLong = Symbol("too long");

function read(chunks: readonly Buffer[], maxBytes: number): (string | symbol)[] {
  const found: (string | symbol)[] = [];
  const reader = new LineReader(
    maxBytes,
    (line) => found.push(line.toString("latin1")),
    () => found.push(tooLong),
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return found;
}

/** What the stream says, found the simple way. */
function expected(stream: string, maxBytes: number): (string | symbol)[] {
  const lines = stream.split("\n").slice(0, -1);
  return lines
    .map((line) => (line.length > maxBytes ? tooLong : line.replace(/\r$/, "")))
    .filter((line) => line !== "");
}

test("however a stream is cut into chunks, the same lines are found", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "é"), maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: 1, max: 8 }),
      (pieces, max) => {
        const chunks = pieces.map((text) => Buffer.from(text, "latin1"));
        expect(read(chunks, max)).toEqual(expected(pieces.join(""), max));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("the limit counts bytes of the line, without its end", () => {
  expect(read([Buffer.from("1234\n12345\n123\n")], 4)).toEqual(["1234", tooLong, "123"]);
});

test("the work is linear in the length of a line that comes in small chunks", () => {
  const size = 300_000;
  const chunks = Array.from({ length: size / 8 }, () => Buffer.alloc(8, "a"));
  const work = countWork();
  const lengths: number[] = [];
  const reader = new LineReader(
    size,
    (line) => lengths.push(line.length),
    () => expect.unreachable(),
  );
  for (const chunk of [...chunks, Buffer.from("\n")]) reader.push(chunk);
  expect(lengths).toEqual([size]);
  expect(work.copied).toBeLessThanOrEqual(3 * size);
  expect(work.searched).toBeLessThanOrEqual(2 * size);
  expect(work.allocations).toBeLessThanOrEqual(10);
});

test("lines that come whole are not copied", () => {
  const work = countWork();
  expect(read([Buffer.from("a line\n".repeat(1_000))], 100)).toHaveLength(1_000);
  expect(work.copied).toBe(0);
});

test("of a line over the limit nothing more is kept, however long it goes on", () => {
  const chunks = Array.from({ length: 1_000 }, () => Buffer.alloc(100, "a"));
  const work = countWork();
  expect(read([...chunks, Buffer.from("\nnext\n")], 1_000)).toEqual([tooLong, "next"]);
  expect(work.copied).toBeLessThanOrEqual(2_000);
});

test.each([
  ["small ones need the same memory again and again", 1_000, 100, 1],
  ["one that fills the memory to its last byte needs no more", 4_096, 1, 1],
  ["what one of 64 kB needed is kept for the next one", 65_536, 2, 1],
  ["what a longer one needed is given back", 65_538, 2, 2],
])("of lines in two halves: %s", (_, length, times, allocations) => {
  const inTwo = [Buffer.alloc(length / 2, "x"), Buffer.from(`${"x".repeat(length / 2)}\n`)];
  const lengths: number[] = [];
  const reader = new LineReader(
    100_000,
    (line) => lengths.push(line.length),
    () => expect.unreachable(),
  );
  const work = countWork();
  for (let time = 0; time < times; time += 1) for (const half of inTwo) reader.push(half);
  expect(lengths).toEqual(Array.from({ length: times }, () => length));
  expect(work.allocations).toBe(allocations);
});
