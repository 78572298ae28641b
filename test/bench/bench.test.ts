import { describe, expect, it } from "vitest";
import { expectBuilt } from "../support/project.ts";
import { builtFile } from "./files.ts";
import { type Cell, full, only, type Plan, quick, type TransportName } from "./plan.ts";
import { type CellReport, type Measured, type Report, summarise } from "./report.ts";
import { runBench } from "./run-bench.ts";
import { tableOf } from "./table.ts";
import { envelopeText, payloadOf, verify } from "./workload.ts";

const transports: readonly TransportName[] = ["stdio", "http-json", "http-sse"];
const contenders = ["sdk", "sdk+zod", "ours", "ours-serial", "bare"];

const cellOf = (transport: TransportName, server: string): Cell => ({
  server,
  transport,
  bytes: 300,
  callers: 4,
});

const tiny = (cells: readonly Cell[]): Plan => ({
  cells,
  rounds: 2,
  sliceMs: 15,
  warmUp: { calls: 0, mostMs: 0 },
  budgetMs: 10_000,
});

// What it measures here means nothing. Whether it measures what it says is looked at.
describe("the bench", { timeout: 60_000 }, () => {
  it("has right answers of every server, and goes on without a contender that has none", async () => {
    expectBuilt();
    const plan = tiny([
      ...transports.map((transport) => cellOf(transport, "fast")),
      cellOf("http-json", "sdk"),
      cellOf("http-sse", "own"),
    ]);
    const report = await runBench(plan, { contenders: [builtFile("contenders/unable.js")] });

    const names = [...contenders, "unable"];
    expect(report.contenders).toEqual(names);
    expect(Object.keys(report.rssMb)).toEqual(names);
    expect(report.cells.map(({ results: _, ...cell }) => cell)).toEqual(plan.cells);
    for (const { results } of report.cells) {
      // Where the machine is busy, the budget ends after the first round.
      for (const name of contenders)
        expect((results[name] as { rounds?: number }).rounds, name).toBeGreaterThanOrEqual(1);
      expect(results).toMatchObject({ unable: { error: "Error: there is no connection" } });
    }
  }, 60_000);

  it("finds out every contender whose caller gets a wrong answer", async () => {
    expectBuilt();
    const plan = tiny(transports.map((transport) => cellOf(transport, "lying")));
    const { cells } = await runBench(plan);

    const error = expect.stringMatching(/^Error: wrong answer to call \d*0$/);
    expect(cells).toHaveLength(transports.length);
    for (const { results } of cells)
      for (const name of contenders) expect(results[name], name).toEqual({ error });
  }, 60_000);
});

describe("verify", () => {
  const question = { number: 7, bytes: 300 };
  const modified_payload = payloadOf(question);
  const right = { continue_processing: true, modified_payload };
  const withArgs = (args: object) => ({
    ...right,
    modified_payload: { ...modified_payload, args: { ...modified_payload.args, ...args } },
  });

  it("takes the answer to the question, as a result or as text", () => {
    expect(() => verify(right, question)).not.toThrow();
    expect(() => verify(envelopeText(modified_payload), question)).not.toThrow();
  });

  it.each([
    ["a block", { ...right, continue_processing: false }],
    ["no payload", { ...right, modified_payload: null }],
    ["the answer to another call", withArgs({ number: 70 })],
    ["a part of the payload", withArgs({ filling: "lorem" })],
    ["the text of another answer", envelopeText(payloadOf({ number: 70, bytes: 300 }))],
    ["the text of a shorter answer", envelopeText(payloadOf({ number: 7, bytes: 100 }))],
    ["no text", ""],
  ])("refuses %s", (_, answer) => {
    expect(() => verify(answer, question)).toThrow("wrong answer to call 7");
  });
});

describe("the figures", () => {
  const round = (calls: number, cpuUs: number) => ({
    wallMs: 100,
    cpuUs,
    latenciesUs: Array.from({ length: calls }, (_, index) => index + 1),
  });
  const of = (...rounds: ReturnType<typeof round>[]) => ({ connectMs: 12.34, rounds });

  it("compares round with round", () => {
    // The machine was ten times slower in the second round, for both.
    const own = of(round(2_000, 40_000), round(200, 4_000), round(1_000, 20_000));
    const sdk = of(round(1_000, 1), round(100, 1), round(1_000, 1));
    expect(summarise(own, { sdk, bare: undefined })).toEqual({
      callsPerSecond: 10_000,
      p50Us: 701,
      p99Us: 1_969,
      cpuUs: 20,
      timesSdk: { median: 2, low: 1, high: 2 },
      timesBare: null,
      connectMs: 12.3,
      rounds: 3,
      calls: 3_200,
    });
  });

  it("gives no 99th percentile of a few calls", () => {
    expect(summarise(of(round(99, 1)), { sdk: undefined, bare: undefined }).p99Us).toBeNull();
    expect(summarise(of(round(100, 1)), { sdk: undefined, bare: undefined }).p99Us).toBe(100);
  });

  it("are shown as a table, with what failed below", () => {
    const measured: Measured = {
      ...summarise(of(round(100, 2_345)), { sdk: undefined, bare: undefined }),
      timesSdk: { median: 1.25, low: 1, high: 2 },
      timesBare: { median: 0.5, low: 0.4, high: 0.6 },
    };
    const cell: CellReport = {
      ...cellOf("http-sse", "fast"),
      results: { sdk: measured, ours: { error: "wrong answer to call 1" } },
    };
    const report: Report = {
      date: "2026-11-24",
      elapsedSeconds: 1.5,
      machine: { node: "v20.20.2", platform: "linux x64", cpus: 2, cpu: "any" },
      versions: {},
      contenders: ["sdk", "ours"],
      rssMb: {},
      cells: [cell, { ...cell, bytes: 100_000 }],
    };
    expect(tableOf(report)).toMatchInlineSnapshot(`
      "fast server, 300 bytes each way
                          sdk                    sdk                   ours
                      calls/s    × sdk × bare CPU µs    × sdk × bare CPU µs
      http-sse     4     1000     1.25   0.50     23                 failed

      fast server, 100,000 bytes each way
                          sdk                    sdk                   ours
                      calls/s    × sdk × bare CPU µs    × sdk × bare CPU µs
      http-sse     4     1000     1.25   0.50     23                 failed

      ours failed in fast http-sse 300 4: wrong answer to call 1
      ours failed in fast http-sse 100000 4: wrong answer to call 1
      Lines: transport and callers. × is how many times as many calls per second, in the middle of the rounds.
      CPU is that of the client's process, per call. Node v20.20.2, 2 CPUs, 1.5 s.
      "
    `);
  });
});

describe("the plans", () => {
  const label = ({ server, transport, bytes, callers }: Cell) =>
    `${server} ${transport} ${bytes} ${callers}`;

  it("have every transport with one, a few and many callers", () => {
    expect(quick.cells.map(label)).toEqual(
      transports.flatMap((transport) =>
        [1, 8, 64].map((callers) => `fast ${transport} 300 ${callers}`),
      ),
    );
    expect(full.cells.map(label)).toEqual(expect.arrayContaining(quick.cells.map(label)));
    expect(new Set(full.cells.map(({ server }) => server))).toEqual(
      new Set(["fast", "sdk", "own"]),
    );
  });

  it.each([
    ["", 9],
    ["stdio 64", 1],
    ["http", 6],
    ["sse  8", 1],
    ["http-json", 3],
    ["6", 0],
  ])("are cut down to the cells with the words of '%s'", (text, count) => {
    expect(only(quick, text).cells).toHaveLength(count);
  });
});
