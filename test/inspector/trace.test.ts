import { describe, expect, it } from "vitest";
import { describeModel } from "../../src/inspector/trace/model.ts";
import { readTrace, TraceError, traceLines } from "../../src/inspector/trace/read-trace.ts";
import type { TraceRecord } from "../../src/inspector/trace/record.ts";
import { modelOf } from "./support/recording.ts";
import { attached, callSteps, everything, header, step } from "./support/traces.ts";

const textOf = (records: Iterable<TraceRecord>): string =>
  [...traceLines(header, records)].join("");

function problem(text: string): string {
  try {
    readTrace(text);
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  return "none";
}

describe("a trace", () => {
  it("is read as it was written", () => {
    expect(readTrace(textOf(everything))).toEqual({ header, records: everything });
  });

  it("drops what it does not know, and nothing else", () => {
    const more = { ...step(0), secret: "s3cr3t" };
    expect(readTrace(textOf([attached(), more])).records).toEqual([attached(), step(0)]);
  });

  it("may tell of more calls in one step than anybody would look at", () => {
    const admitted = Array.from({ length: 50_000 }, (_, id) => ({ id, hook: "x", bytes: 1 }));
    const records = [attached(), step(1, { admitted, queued: admitted.length })];
    expect(readTrace(textOf(records)).records).toEqual(records);
  });

  it.each([
    ["", "Line 1: is no JSON"],
    ["{}\n", "Line 1: is not the header of a trace"],
    ["[]\n", "Line 1: the line must be an object"],
    [`${JSON.stringify({ ...header, version: 2 })}\n`, /Line 1: is of a version/],
    [
      `${JSON.stringify({ ...header, startedAt: "soon" })}\n`,
      "Line 1: startedAt must be an ISO date",
    ],
    [`${textOf([])}nonsense\n`, "Line 2: is no JSON"],
    [`${textOf([])}\n`, "Line 2: is no JSON"],
    [textOf([step(0)]), "Line 2: connection has not been attached"],
    [textOf([attached(1, { at: 5 }), step(4)]), "Line 3: at is earlier than in the line before"],
    [textOf([attached(1, { at: 1e300 })]), "Line 2: at is more than a century away"],
    [textOf([attached(1, { name: "x".repeat(201) })]), /Line 2: name must be a text/],
    [textOf([attached(1, { queued: -1 })]), /Line 2: queued must be a whole number/],
    [textOf([attached(1, { state: "broken" as "idle" })]), /Line 2: state must be one of idle/],
  ])("is refused as a whole if anything in it is wrong: %#", (text, message) => {
    expect(problem(text)).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
  });

  it("needs every member that its records have", () => {
    const optional = /^(link|process|admitted|sent|left|settled|settled\.\d+\.(code|outcome))$/;
    for (const { place, name, without } of mutations()) {
      const records = everything.map((record, index) => (index === place ? without : record));
      const isOptional = everything[place]?.kind === "step" && optional.test(name);
      const isRead = problem(textOf(records as TraceRecord[])) === "none";
      expect({ place, name, isRead }).toEqual({ place, name, isRead: isOptional });
    }
  });
});

/** Each record without each of its members, at any depth, in turn. */
function* mutations() {
  for (const [place, record] of everything.entries()) {
    for (const path of pathsIn(record)) {
      const without = structuredClone(record) as object;
      const parent = path
        .slice(0, -1)
        .reduce<Record<string, unknown>>(
          (value, key) => value[key] as Record<string, unknown>,
          without as Record<string, unknown>,
        );
      delete parent[path.at(-1) ?? ""];
      yield { place, name: path.join("."), without };
    }
  }
}

function* pathsIn(value: unknown, path: readonly string[] = []): Generator<string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    // A list may be shorter.
    if (!Array.isArray(value)) yield [...path, key];
    yield* pathsIn(member, [...path, key]);
  }
}

describe("the state of affairs", () => {
  it("is the same after it has been described", () => {
    const model = modelOf(everything);
    const again = modelOf(describeModel(model, 40));
    for (const connection of again.values()) {
      const { since: _since, trail: _trail, ...rest } = model.get(connection.id) ?? {};
      expect(connection).toMatchObject(rest);
    }
    expect(again.size).toBe(2);
  });

  it("keeps the latest latencies only", () => {
    const model = modelOf([
      attached(),
      ...Array.from({ length: 1_000 }, (_, id) => callSteps(id, id * 10)).flat(),
    ]);
    expect(model.get(1)).toMatchObject({ counts: { ok: 1_000 } });
    expect(model.get(1)?.latencies).toEqual(Array(256).fill(2));
    expect(model.get(1)?.trail).toHaveLength(12);
    expect(model.get(1)?.calls.size).toBe(0);
  });
});
