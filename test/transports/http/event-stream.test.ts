import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventSplitter } from "../../../src/transports/http/event-stream.ts";
import { countWork } from "../../support/buffer-work.ts";

function dataOf(pieces: readonly Uint8Array[], maxBytes = 10_000): string[] | "tooLarge" {
  const data: string[] = [];
  const splitter = new EventSplitter(maxBytes, (bytes) => data.push(bytes.toString()));
  for (const piece of pieces) if (!splitter.push(Buffer.from(piece))) return "tooLarge";
  return data;
}

function read(text: string): string[] | "tooLarge" {
  return dataOf([Buffer.from(text)]);
}

/** The pieces that a cut at these places gives. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...sorted, bytes.length].map((end, at) => bytes.subarray(sorted[at - 1] ?? 0, end));
}

/**
 * The definition of the format, for text that is whole, written for being right and nothing else.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
function defined(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  let type = "";
  const lines = text.replace(/^\u{feff}/u, "").split(/\r\n|\r|\n/);
  for (const line of lines.slice(0, -1)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
    if (line === "") {
      if (data.length > 0 && (type === "" || type === "message")) events.push(data.join("\n"));
      data = [];
      type = "";
    } else if (name === "data") data.push(value ?? "");
    else if (name === "event") type = value ?? "";
  }
  return events;
}

const line = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, "")),
  fc.constantFrom(
    "",
    "",
    "data:",
    "data",
    "data: ",
    "event: message",
    "event: other",
    "event:",
    "id: 1",
  ),
  fc.constantFrom(
    ": note",
    "retry: 0",
    "dat",
    "datax: 1",
    "data : 1",
    " data: 1",
    "\u{feff}data: 1",
  ),
  fc
    .string({ unit: "grapheme", maxLength: 12 })
    .map((text) => `data:${text.replace(/[\r\n]/g, "")}`),
);
const lineBreak = fc.constantFrom("\n", "\r\n", "\r");
const stream = fc
  .tuple(
    fc.constantFrom("", "\u{feff}"),
    fc.array(fc.tuple(line, lineBreak), { maxLength: 20 }),
    line,
  )
  .map(([mark, lines, rest]) => mark + lines.flat().join("") + rest)
  // Halves of surrogate pairs have no form in UTF-8.
  .map((text) => Buffer.from(text).toString());

describe("a stream of events", () => {
  test("says what the format defines, wherever it is cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 30 }), (text, places) => {
        expect(dataOf(cutAt(Buffer.from(text), places))).toEqual(defined(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("says the same byte by byte", () => {
    fc.assert(
      fc.property(stream, (text) => {
        const bytes = [...Buffer.from(text)].map((byte) => Buffer.of(byte));
        expect(dataOf(bytes)).toEqual(defined(text));
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string[]]>([
    ["data: a\n\n", ["a"]],
    ["data:a\r\rdata:b\r\n\r\n", ["a", "b"]],
    ["\u{feff}data: a\n\n", ["a"]],
    ["data: a\ndata: b\n\n", ["a\nb"]],
    ["data\n\n", [""]],
    ["data:  a\n\n", [" a"]],
    ["event: other\ndata: a\n\ndata: b\n\n", ["b"]],
    ["event: message\ndata: a\n\n", ["a"]],
    [": note\nid: 1\nretry: 99999999999\n\n", []],
    ["data: a\n", []],
    ["data: a", []],
    ["\n\n\n", []],
  ])("%j says %j", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test("keeps an answer apart from what follows it once it was stopped", () => {
    const data: string[] = [];
    const splitter = new EventSplitter(100, (bytes) => {
      data.push(bytes.toString());
      splitter.stop();
    });
    splitter.push(Buffer.from("data: a\n\ndata: b\n\n"));
    expect(data).toEqual(["a"]);
  });
});

describe("the limit", () => {
  test.each([
    ["of one line", `data: ${"x".repeat(10)}\n\n`],
    ["of several lines", "data: 123\ndata: 456\ndata: 789\n\n"],
    ["of a line that does not end", `data: ${"x".repeat(90)}`],
    ["of a comment that does not end", `:${"x".repeat(90)}`],
  ])("%s holds", (_, text) => {
    expect(dataOf([Buffer.from(text)], 9)).toBe("tooLarge");
  });

  test("is for the data alone, exactly", () => {
    expect(dataOf([Buffer.from(`data: ${"x".repeat(9)}\n\n`)], 9)).toEqual(["x".repeat(9)]);
  });

  test("is for one event, not for all of them", () => {
    expect(dataOf([Buffer.from("data: 123456\n\n".repeat(50))], 9)).toHaveLength(50);
  });
});

test("the work is linear in the length of the stream", () => {
  const size = 256 * 1_024;
  const small = Buffer.alloc(8, "x");
  const ways: [string, Buffer[]][] = [
    ["small chunks", [Buffer.from("data: "), ...Array.from({ length: size / 8 }, () => small)]],
    ["line breaks", [Buffer.alloc(size, "\n")]],
    ["short lines", [Buffer.from("data: 1\n".repeat(size / 8))]],
    ["returns, and one break at the end", [Buffer.from(`${"a\r".repeat(size / 2)}\n`)]],
  ];
  const work = countWork();
  for (const [name, pieces] of ways) {
    Object.assign(work, { copied: 0, searched: 0, allocations: 0 });
    const splitter = new EventSplitter(2 * size, () => {});
    for (const piece of pieces) splitter.push(piece);
    expect(work.copied, name).toBeLessThanOrEqual(3 * size);
    // Once for each kind of line break, and once for the colon.
    expect(work.searched, name).toBeLessThanOrEqual(3 * size);
    expect(work.allocations, name).toBeLessThanOrEqual(20);
  }
});

describe("where a stream can go on", () => {
  test.each([
    ["id: a\ndata: x\n\n", "a", undefined],
    ["id: a\n\n", "a", undefined],
    ["id: a\n\ndata: x\n\n", "a", undefined],
    ["id: a\n\nid: b\n", "a", undefined],
    ["id: a\n\nid\n\n", undefined, undefined],
    ["id: a\n\nid: \u0000\n\n", undefined, undefined],
    ["data: x\n\n", undefined, undefined],
    ["retry: 500\nid:a\n\n", "a", 500],
    ["retry: 500\nretry: soon\nretry: -1\nretry\n\n", undefined, 500],
  ])("%j is behind the event %j, after %j ms", (text, lastEventId, retryMs) => {
    for (const cut of [1, text.length]) {
      const splitter = new EventSplitter(1_000, () => {});
      for (let at = 0; at < text.length; at += cut)
        splitter.push(Buffer.from(text.slice(at, at + cut)));
      expect([splitter.lastEventId, splitter.retryMs]).toEqual([lastEventId, retryMs]);
    }
  });
});
