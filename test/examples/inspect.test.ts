import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readTrace } from "../../src/inspector/trace/read-trace.ts";
import { ask, eventsIn, open, partsOf } from "../inspector/support/http.ts";
import { expectBuilt } from "../support/project.ts";
import { DemoProcess, type Line } from "./support/demo-process.ts";

const folder = mkdtempSync(path.join(tmpdir(), "demo-inspect-"));

beforeAll(expectBuilt);
afterAll(() => rmSync(folder, { recursive: true }));

it("npm start -- --inspect stays open at a terminal, though nobody looks, until Ctrl-C", {
  timeout: 60_000,
}, async () => {
  const terminal = "data:text/javascript,process.stdout.isTTY=true";
  const demo = new DemoProcess(["--json", "--inspect"], { NODE_OPTIONS: `--import=${terminal}` });
  try {
    const isWaiting = (line: Line) => line.type === "inspector" && line.event === "waiting";
    const waiting = await demo.until(isWaiting);
    const { origin } = partsOf(waiting.type === "inspector" ? waiting.url : "");
    for (let times = 0; times < 20; times += 1) expect((await ask(origin)).status).toBe(200);
    demo.kill("SIGINT");
    expect(await demo.end()).toMatchObject({ code: 0, stderr: "" });
  } finally {
    await demo.release();
  }
});

it("npm start -- --inspect shows the run, and what it was for as long as somebody looks", {
  timeout: 60_000,
}, async () => {
  writeFileSync(
    path.join(folder, "calls.jsonl"),
    '{"name":"mail_send","args":{"to":"a@b.example"}}\n',
  );
  const demo = new DemoProcess(["--json", "--inspect", "--input", folder]);
  try {
    const started = await demo.until((line) => line.type === "inspector");
    const { origin, token } = partsOf(started.type === "inspector" ? started.url : "");
    const headers = { authorization: `Bearer ${token}` };
    const page = await open(`${origin}/api/stream`, { headers });
    const events = eventsIn(page);
    expect((await events.next()).value).toMatchObject({
      name: "start",
      data: { allowControl: false },
    });
    await demo.until((line) => line.type === "inspector" && line.event === "waiting");
    const { text } = await ask(`${origin}/api/trace`, { headers });
    const { records } = readTrace(text);
    const names = records.flatMap((record) => (record.kind === "attached" ? [record.name] : []));
    expect(names).toEqual(["PiiMasker", "PolicyGuard"]);
    expect(text).toContain("SIGKILL");
    expect(text).not.toContain("a@b.example");
    page.destroy();
    expect(await demo.end()).toMatchObject({ code: 0, stderr: "" });
  } finally {
    await demo.release();
  }
});
