import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { paintFor } from "../../examples/demo/palette.ts";
import type { DemoReport } from "../../examples/demo/report.ts";
import { safeText } from "../../examples/demo/safe-text.ts";
import { cutTo, padTo, widthOf } from "../../examples/demo/text-width.ts";
import { Timeline } from "../../examples/demo/timeline.ts";

const hook = { type: "hook", plugin: "PiiMasker", hook: "prompt_pre_fetch", request: "r" } as const;

const reports: readonly DemoReport[] = [
  { type: "start", input: "/some/where/input", documents: 2, toolCalls: 1, bytes: 4_200, seed: 1 },
  { type: "process", process: "policy server", event: "started", pid: 42 },
  { type: "state", plugin: "PiiMasker", from: "idle", to: "spawning", generation: 1 },
  {
    type: "state",
    plugin: "PiiMasker",
    from: "ready.waiting",
    to: "ready.invoking",
    generation: 1,
  },
  {
    ...hook,
    subject: "ja/お問い合わせ.txt",
    outcome: "masked",
    masked: { email: 2, card: 1 },
    latencyMs: 12.34,
  },
  { ...hook, subject: "a".repeat(200), outcome: "allowed", latencyMs: 1_234.5 },
  {
    ...hook,
    subject: "shell_run, ops:1",
    outcome: "blocked",
    code: "SHELL_RECURSIVE_DELETE",
    latencyMs: 0,
  },
  {
    type: "process",
    process: "PiiMasker",
    event: "killed",
    pid: 43,
    during: "export-1:tool_post_invoke",
  },
  { ...hook, subject: "archive", outcome: "unknown", code: "SESSION_LOST", latencyMs: 9 },
  { type: "retry", plugin: "PiiMasker", kind: "reconnecting", inMs: 0 },
  { type: "retry", plugin: "PiiMasker", kind: "coolingDown", inMs: 840.2 },
  { type: "recovery", plugin: "PiiMasker", generation: 2, downMs: 255 },
];

const summary: DemoReport = {
  type: "summary",
  ok: false,
  calls: 4,
  outcomes: { masked: 1, allowed: 2 },
  masked: { email: 2, card: 1 },
  blocked: Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`SOME_LONG_CODE_${index}`, index]),
  ),
  latencyMs: { PiiMasker: { p50: 1, p99: 2 } },
  recoveries: [],
  checks: [{ name: "no process left", ok: false, detail: "1 child" }],
  childrenLeft: 1,
  ledger: null,
};

function render(width: number, isTerminal = false, env: NodeJS.ProcessEnv = {}): string {
  let text = "";
  const timeline = new Timeline({
    write: (part) => {
      text += part;
    },
    isTerminal,
    width: () => width,
    paint: paintFor(isTerminal, env),
  });
  timeline.progress({ done: 1, total: 4, open: [{ subject: "archive", since: 0 }] });
  for (const report of reports) timeline.report(report);
  timeline.report(summary);
  timeline.close();
  return text;
}

describe("a timeline", () => {
  test("shows what happened, in columns", () => {
    const lines = render(120)
      .split("\n")
      .map((line) => line.replace(/^ +\d+\.\d{3}/, "TIME"));
    expect(lines.slice(0, 13)).toEqual([
      "mcp-tether: 2 documents and 1 tool calls (5 kB), seed 1",
      "/some/where/input",
      "",
      " seconds  plugin         hook                   ms  about                             outcome",
      "TIME  policy server  started as process 42",
      "TIME  PiiMasker      idle → spawning",
      "TIME  PiiMasker      prompt_pre_fetch     12.3  ja/お問い合わせ.txt               masked 2 email, 1 card",
      `TIME  PiiMasker      prompt_pre_fetch     1235  ${"a".repeat(31)}…  allowed`,
      "TIME  PiiMasker      prompt_pre_fetch      0.0  shell_run, ops:1                  blocked SHELL_RECURSIVE_DELETE",
      "TIME  PiiMasker      SIGKILL to process 43, in the middle of export-1:tool_post_invoke",
      "TIME  PiiMasker      prompt_pre_fetch      9.0  archive                           outcome unknown (SESSION_LOST)",
      "TIME  PiiMasker      next attempt in 840 ms",
      "TIME  PiiMasker      serves again after 0.255 s",
    ]);
    expect(lines).toContain("✗ no process left: 1 child");
  });

  test.each([60, 79, 80, 109, 110, 120, 200])(
    "is never wider than a terminal of %i columns",
    (width) => {
      const [, ...lines] = render(width).split("\n");
      const timed = lines.filter((line) => !line.startsWith("✗"));
      expect(timed.filter((line) => widthOf(line) > width)).toEqual([]);
      // However narrow: the outcome of a call is what it is about.
      if (width >= 80) expect(lines.join("\n")).toContain("blocked SHELL_RECURSIVE_DELETE");
    },
  );

  test("has colours and a line that changes on a terminal only", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
    const control = /[\u001b\r]/;
    expect(render(120)).not.toMatch(control);
    const onTerminal = render(120, true);
    expect(onTerminal).toContain("\u001b[31mSIGKILL");
    expect(onTerminal).toContain("█████░░░░░░░░░░░░░░░ 1 of 4  archive for");
    const plain = stripVTControlCharacters(onTerminal).replace(/█.*?\r/g, "");
    expect(plain.split("\n").length).toBe(render(120).split("\n").length);
  });

  test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])(
    "has no colours where nobody wants them: %j",
    (env) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
      expect(render(120, true, env)).not.toMatch(/\u001b\[\d+m/);
    },
  );
});

test.each([
  ["plain", 5],
  ["お問い合わせ", 12],
  ["é", 1],
  ["e\u0301", 1],
  ["👩‍👩‍👧!", 3],
  ["", 0],
])("%s takes %i columns", (text, width) => {
  expect(widthOf(text)).toBe(width);
  expect(widthOf(padTo(text, 20))).toBe(20);
  for (let limit = 0; limit < 14; limit += 1)
    expect(widthOf(cutTo(text, limit))).toBeLessThanOrEqual(limit);
});

test("text from the input can neither move the cursor nor show personal data", () => {
  expect(safeText("a\u001b[2Jb\r\nc\u202ed\u2028e")).toBe("a�[2Jb��c�d�e");
  expect(safeText("to anna@example.org, 4111111111111111")).toBe(
    "to a***@example.org, ************1111",
  );
  expect(safeText("お問い合わせ 👍 é")).toBe("お問い合わせ 👍 é");
});
