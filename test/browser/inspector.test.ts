import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExternalPlugin } from "../../src/external-plugin.ts";
import { showTrace, startInspector } from "../../src/inspector/start-inspector.ts";
import { readTrace, traceLines } from "../../src/inspector/trace/read-trace.ts";
import type { TraceRecord } from "../../src/inspector/trace/record.ts";
import {
  afterwards,
  call,
  failure,
  newControl,
  next,
  stdioPlugin,
} from "../external-plugin/support/harness.ts";
import type { PluginControl } from "../fixtures/control.ts";
import { attached, everything, header, step } from "../inspector/support/traces.ts";
import { expectBuilt } from "../support/project.ts";
import { launchChromium } from "./support/chromium.ts";
import { InspectorPage } from "./support/inspector-page.ts";

let browser: Browser;

beforeAll(async () => {
  expectBuilt();
  browser = await launchChromium();
});

afterAll(() => browser?.close());

/** A plugin that answers calls when it is told to. */
async function heldPlugin(): Promise<{ plugin: ExternalPlugin; control: PluginControl }> {
  const control = await newControl();
  control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
  return { plugin: stdioPlugin(control), control };
}

/** A plugin that has had a call answered, then was killed in the middle of the next, and is back. */
async function livePlugin(opened: InspectorPage): Promise<ExternalPlugin> {
  const { plugin, control } = await heldPlugin();
  opened.inspector.attach(plugin);
  await plugin.initialize();
  const child = await control.started();
  const answered = call(plugin, "a");
  await child.next("ran");
  await child.tell({ do: "release" });
  await answered;
  const lost = failure(call(plugin, "b"));
  await child.next("ran");
  const ready = next(plugin, "ready");
  await child.tell({ do: "die", signal: "SIGKILL" });
  await lost;
  await ready;
  return plugin;
}

describe("a person who looks on", () => {
  it("sees a plugin at work, killed in the middle of a call, and back", async () => {
    const opened = await InspectorPage.open(browser);
    const { page, inspector } = opened;
    const { plugin, control } = await heldPlugin();
    inspector.attach(plugin);
    await opened.expectRow("Guard", { state: "idle", generation: "0", error: "–" });
    await opened.expectLit("idle");

    await plugin.initialize();
    const child = await control.started();
    await opened.expectRow("Guard", { state: "ready.waiting", generation: "1" });
    await opened.expectLit("ready.waiting");
    await opened.expectCount('[data-edge][data-trail][data-transitions*="session.configured"]', 1);

    const calls = [failure(call(plugin, "a")), call(plugin, "b")];
    await child.next("ran");
    await opened.expectRow("Guard", { state: "ready.invoking", queue: "1", inFlight: "1/1" });
    await opened.expectLit("ready.invoking");
    const possible = page.locator("#chart-possible");
    await expect.poll(() => possible.textContent()).toContain("session.lost [isStale]: no effect");
    await opened.expectDrawn();

    control.prepare();
    await child.tell({ do: "die", signal: "SIGKILL" });
    await Promise.all(calls);
    await opened.expectRow("Guard", {
      state: "ready.waiting",
      generation: "2",
      attempt: "0",
      queue: "0",
      inFlight: "0/1",
      ok: "1",
      failed: "1",
      error: expect.stringMatching(/^\d\d:\d\d:\d\d SESSION_LOST while invoking \(SIGKILL\)$/),
    });
    await opened.expectLit("ready.waiting");
    const texts = (await opened.logTexts()).join("\n");
    expect(texts).toMatch(/tool_pre_invoke #\d+ failed: SESSION_LOST, unknown/);
    expect(texts).toMatch(/process ended: SIGKILL/);
    expect(texts).toMatch(/tool_pre_invoke #\d+ answered \(waited .*ran .*\)/);

    await page.getByRole("tab", { name: "Sequence" }).click();
    const sequence = page.locator("#sequence-svg");
    await expect.poll(() => sequence.textContent()).toContain("session 2");
    const drawn = await sequence.textContent();
    expect(drawn).toContain("session 1");
    expect(drawn).toContain("✕ SIGKILL");
    expect(drawn).toMatch(/run-failed.*SESSION_LOST/);
    expect(await page.locator("#sequence-note").textContent()).toBe("2 calls, 1 failed, 0 open");
  });

  it("goes back in time, and all that is shown goes along", async () => {
    const opened = await InspectorPage.open(browser);
    const { page } = opened;
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    const rows = page.locator("#log .log-row");
    await rows.filter({ hasText: "#" }).filter({ hasText: "sent" }).last().click();
    await opened.expectRow("Guard", {
      state: "ready.invoking",
      generation: "1",
      inFlight: "1/1",
      failed: "0",
      error: "–",
    });
    await opened.expectLit("ready.invoking");
    const chosen = page.locator("#log [aria-selected=true]");
    await expect.poll(() => chosen.textContent()).toContain("sent");
    expect((await opened.logTexts()).join()).not.toContain("SESSION_LOST");

    // One event on: the loss.
    await page.getByRole("button", { name: "One event on" }).click();
    await opened.expectRow("Guard", { state: "closing", failed: "1", inFlight: "0/1" });
    await opened.expectLit("closing");
    await page.getByRole("button", { name: "One event back" }).click();
    await opened.expectRow("Guard", { state: "ready.invoking", failed: "0" });

    // From the beginning to the end, by itself.
    const slider = page.getByRole("slider");
    await slider.focus();
    await slider.press("Home");
    await opened.expectRow("Guard", { state: "idle", generation: "0" });
    await page.locator("#timeline-speed").selectOption("10");
    await page.getByRole("button", { name: "Play" }).click();
    await opened.expectRow("Guard", { state: "ready.waiting", generation: "2" });
    await page.getByRole("button", { name: "Live" }).click();
    await opened.expectCount("#timeline-live[aria-pressed=true]", 1);
  });

  it("sees what may happen next, as far as that is known, and nothing else", async () => {
    const opened = await InspectorPage.open(browser);
    const { plugin } = await heldPlugin();
    opened.inspector.attach(plugin);
    await opened.expectLit("idle");
    const possible = opened.page.locator("#chart-possible li");
    await expect
      .poll(() => possible.allTextContents())
      .toEqual([
        "plugin.start → spawning",
        "plugin.reconnect → spawning",
        "plugin.stop → terminated",
        "hook.invoke [isLazyCall] → spawning",
        "hook.invoke [else] / refuseUnstarted",
        "hook.cancel / releaseCalls",
        "hooks.expired / releaseCalls",
      ]);
    await plugin.initialize();
    await plugin.shutdown();
    await opened.expectLit("terminated");
    await expect.poll(() => possible.count()).toBe(0);
  });

  it("can read the chart that follows the plugin, whatever the size of the window", async () => {
    const opened = await InspectorPage.open(browser);
    const { page } = opened;
    const { plugin } = await heldPlugin();
    opened.inspector.attach(plugin);
    await plugin.initialize();
    await opened.expectLit("ready.waiting");
    const title = page.locator('#chart-window [data-state="ready.waiting"] > .title');
    const isRead = async (): Promise<boolean> => {
      const box = await title.boundingBox();
      const window = await page.locator("#chart-window").boundingBox();
      if (box === null || window === null) return false;
      return box.height > 11 && box.x > window.x && box.x < window.x + window.width;
    };
    await expect.poll(isRead).toBe(true);
    for (const width of [900, 1_600]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(isRead).toBe(true);
    }
    await page.keyboard.press("2");
    await page.setViewportSize({ width: 1_280, height: 800 });
    await page.keyboard.press("1");
    await expect.poll(isRead).toBe(true);
    await page.getByRole("button", { name: "Whole chart" }).click();
    await expect.poll(isRead).toBe(false);
  });

  it("sees in the sequence when it began, how long calls took, and which failed", async () => {
    const opened = await InspectorPage.open(browser);
    const { page } = opened;
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    await page.getByRole("tab", { name: "Sequence" }).click();
    await page.locator("#sequence-window").selectOption("60000");
    // Of a minute most is before the plugin was there.
    const tops = page.locator(".phases rect, .processes rect");
    await expect.poll(() => tops.count()).toBeGreaterThan(3);
    const { height } = (await page.locator("#sequence-svg").boundingBox()) ?? { height: 0 };
    for (const rect of await tops.all())
      expect(Number(await rect.getAttribute("y"))).toBeGreaterThan(height / 2);

    await page.locator("#timeline-live").click();
    await page.locator("#sequence-window").selectOption("5000");
    const bars = await opened.bars();
    expect(bars.map(({ kind }) => kind)).toEqual(["run-ok", "run-failed"]);
    for (const { title, height: drawn } of bars) {
      const took = Number(/ ([\d.]+) ms/.exec(title)?.[1]);
      const expected = (took / 5_000) * (height - 38);
      expect(drawn).toBeGreaterThanOrEqual(Math.max(1.5, expected - 2));
      expect(drawn).toBeLessThan(Math.max(5, expected + 2));
    }
    expect(new Set(bars.map(({ fill }) => fill)).size).toBe(2);
  });

  it("reads figures on the board that are those of the calls", async () => {
    const opened = await InspectorPage.open(browser);
    const trace = [
      attached(1, { state: "coolingDown", link: { ...down, retryAt: 7_300 } }),
      attached(2, { name: "\u202eevil", latencies: Array.from({ length: 100 }, (_, n) => n + 1) }),
      attached(3, { name: "" }),
      step(1_000, { connection: 2, settled: [refusal] }),
    ];
    await openTrace(opened, trace);
    await opened.expectRow("Plugin1", { state: "coolingDown", probe: "in 6.3 s", p50: "–" });
    await opened.expectRow("�evil", { p50: "50 ms", p99: "99 ms", failed: "1" });
    await opened.expectRow("�evil", { error: expect.stringMatching(/ QUEUE_FULL while x$/) });
    await opened.expectRow("(no name)", { error: "–" });
    expect(await opened.page.locator("#board-count").textContent()).toBe("3 connections, 2 ready");
    await opened.page.getByLabel("only those that are not ready").check();
    await opened.expectCount("#board-rows tr", 1);
  });

  it("goes through events of the same time one by one", async () => {
    const opened = await InspectorPage.open(browser);
    const states = ["spawning", "initializing", "fetchingConfig"] as const;
    await openTrace(opened, [
      attached(1, { state: "idle" }),
      ...states.map((state) => step(5, { state, edges: ["x/y/0"] })),
    ]);
    await opened.expectRow("Plugin1", { state: "fetchingConfig" });
    for (const state of ["initializing", "spawning", "idle"]) {
      await opened.page.keyboard.press("[");
      await opened.expectRow("Plugin1", { state });
    }
    for (const state of states) {
      await opened.page.keyboard.press("]");
      await opened.expectRow("Plugin1", { state });
    }
    await opened.page.locator("#log .log-row").nth(2).click();
    await opened.expectRow("Plugin1", { state: "initializing" });
    const chosen = opened.page.locator("#log-chosen");
    await expect.poll(() => chosen.textContent()).toContain("spawning → initializing");
  });

  it("finds what they look for in the log", async () => {
    const opened = await InspectorPage.open(browser);
    const { page } = opened;
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    const found = page.locator("#log-found");
    await page.getByLabel("Search in the events").fill("session_lost unknown");
    await expect.poll(() => found.textContent()).toBe("1 event");
    await page.getByLabel("Search in the events").fill("no such thing");
    await expect.poll(() => found.textContent()).toBe("0 events");
    await page.getByLabel("Search in the events").fill("");
    await page.getByLabel("life").uncheck();
    await page.getByLabel("failures").uncheck();
    await expect
      .poll(async () => (await opened.logTexts()).every((text) => /sent|answered/.test(text)))
      .toBe(true);
  });

  it("does everything with the keyboard", async () => {
    const opened = await InspectorPage.open(browser);
    const { page } = opened;
    const [one, other] = [await heldPlugin(), await heldPlugin()];
    opened.inspector.attach(one.plugin, { name: "One" });
    opened.inspector.attach(other.plugin, { name: "Other" });
    await opened.expectRow("Other", { state: "idle" });
    await page.getByRole("button", { name: "One", exact: true }).focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.locator("#detail-name").textContent()).toBe("Other");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    expect(await page.locator("#sequence").isVisible()).toBe(true);
    await page.getByRole("tab", { name: "Sequence" }).focus();
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#chart").isVisible()).toBe(true);
    await page.keyboard.press("/");
    expect(
      await page
        .getByLabel("Search in the events")
        .evaluate((box) => box === document.activeElement),
    ).toBe(true);
    await page.keyboard.press("2");
    expect(await page.getByLabel("Search in the events").inputValue()).toBe("2");
    await page.getByLabel("Search in the events").fill("");
    await opened.expectCount("#log .log-row", 2);
    await page.locator("#log").focus();
    await page.keyboard.press("ArrowUp");
    await opened.expectCount("#log [aria-selected=true]", 1);
    await page.locator("#chart-window").focus();
    const view = () => page.locator("#chart-window svg").getAttribute("viewBox");
    const before = await view();
    await page.keyboard.press("+");
    expect(await view()).not.toBe(before);
    await page.keyboard.press("0");
    await page.keyboard.press("l");
    await opened.expectCount("#log [aria-selected=true]", 0);
  });
});

describe("a trace", () => {
  it("is saved, and shows a colleague the same", async () => {
    const opened = await InspectorPage.open(browser);
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    const before = await opened.row("Guard");
    const downloading = opened.page.waitForEvent("download");
    await opened.page.getByRole("button", { name: "Save trace" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^mcp-tether-.*\.jsonl$/);
    const file = path.join(tmpdir(), `${process.pid}-${download.suggestedFilename()}`);
    await download.saveAs(file);
    expect(readTrace(await readFile(file, "utf8")).records.length).toBeGreaterThan(10);

    const colleague = await InspectorPage.open(browser);
    await openFile(colleague, "Open trace…", file);
    await colleague.page.getByText("This is the past").waitFor();
    await colleague.expectRow("Guard", before);
    await colleague.page.getByRole("button", { name: "Back to live" }).click();
    await colleague.page.getByText("No connection is attached yet.").waitFor();
  });

  it("may be as long as it likes, and of as many connections", async () => {
    const opened = await InspectorPage.open(browser);
    const many = Array.from({ length: 5_000 }, (_, index) => attached(index + 1));
    const steps = Array.from({ length: 130_000 }, (_, index) => step(index, { edges: ["x/y/0"] }));
    await openTrace(opened, [...many, ...steps]);
    await expect
      .poll(() => opened.page.locator("#log-found").textContent(), { timeout: 20_000 })
      .toBe("135,000 events");
    expect(await opened.page.locator("#board-count").textContent()).toBe(
      "5,000 connections, 5000 ready, 4,800 not shown",
    );
    await opened.expectCount("#board-rows tr", 200);
    await opened.page.getByLabel("Find a plugin by its name").fill("plugin4999");
    await opened.expectCount("#board-rows tr", 1);
  });

  it("is what a host shows that was started for it", async () => {
    const trace = { header, records: everything };
    const shown = await showTrace(trace, { name: "incident.jsonl" });
    afterwards(() => shown.close());
    const page = await browser.newPage();
    afterwards(() => page.close());
    await page.goto(shown.url);
    await page.getByText("incident.jsonl, recorded").waitFor();
    await page.getByRole("button", { name: "Plugin1" }).waitFor();
    expect(await page.getByRole("button", { name: "Back to live" }).isVisible()).toBe(false);
    expect(await page.locator("#board-rows .state").allTextContents()).toEqual([
      "coolingDown",
      "detached",
    ]);
    expect(await page.locator("#status").textContent()).toBe("a trace");
    expect(await page.getByRole("button", { name: "Live", exact: true }).isVisible()).toBe(false);
  });

  it("that is none is refused, with the line that is wrong", async () => {
    const opened = await InspectorPage.open(browser);
    const file = path.join(tmpdir(), `${process.pid}-nonsense.jsonl`);
    const header = '{"format":"mcp-tether-trace","version":1,"startedAt":"2026-01-01T00:00:00Z"}';
    await writeFile(file, `${header}\n{"kind":"<img src=x onerror=alert(1)>"}\n`);
    await openFile(opened, "Open trace…", file);
    await opened.page.getByRole("alert").getByText("Line 2: at must be a number").waitFor();
  });
});

describe("a page that lost the host for a while", () => {
  it("goes on where it was, keeps what it saw, and says what it missed", async () => {
    const opened = await InspectorPage.open(browser, { historyLimit: 1_000 });
    const { page } = opened;
    const control = await newControl();
    const plugin = stdioPlugin(control);
    opened.inspector.attach(plugin);
    await plugin.initialize();
    await opened.expectRow("Guard", { state: "ready.waiting" });
    await page.locator("#log .log-row").first().click();
    await opened.expectRow("Guard", { state: "idle" });
    const status = page.locator("#status");

    await opened.cutOff(true);
    await expect.poll(() => status.textContent()).toContain("the host is gone");
    await call(plugin, "a");
    await opened.cutOff(false);
    await expect.poll(() => status.textContent()).toBe("live, looking back");
    await opened.expectRow("Guard", { state: "idle" });

    await opened.cutOff(true);
    await expect.poll(() => status.textContent()).toContain("the host is gone");
    for (let count = 0; count < 700; count += 1) await call(plugin, "a");
    await opened.cutOff(false);
    await expect.poll(() => status.textContent()).toBe("live, looking back");
    await opened.expectRow("Guard", { state: "idle" });
    await page.keyboard.press("l");
    await opened.expectRow("Guard", { state: "ready.waiting", ok: "701" });
    await page.locator("#log").evaluate((log) => log.scrollTo(0, 0));
    await expect.poll(async () => (await opened.logTexts())[0]).toBe("Guard is idle");
    const texts = await opened.logTexts();
    const hole = texts.findIndex((text) => text.startsWith("Events were missed here"));
    // One call before it, in two events. The host may have forgotten up to the middle of a call.
    expect(hole).toBeGreaterThan(0);
    expect(texts.slice(0, hole).filter((text) => text.includes("#"))).toEqual([
      expect.stringMatching(/^tool_pre_invoke #\d+ sent/),
      expect.stringMatching(/^tool_pre_invoke #\d+ answered/),
    ]);
    expect(texts.slice(hole).join()).not.toContain("is idle");
    await page.getByLabel("Search in the events").fill("missed");
    await expect.poll(() => page.locator("#log-found").textContent()).toBe("1 event");
  });

  it("is told when there are too many pages, and comes in when one has been closed", async () => {
    const opened = await InspectorPage.open(browser);
    const others = [];
    for (let count = 0; count < 3; count += 1) {
      const page = await browser.newPage();
      await page.goto(opened.inspector.url);
      await page.getByRole("status").getByText("live", { exact: true }).waitFor();
      others.push(page);
    }
    const late = await browser.newPage();
    await late.goto(opened.inspector.url);
    await late.getByRole("status").getByText("close one of them").waitFor();
    await others[0]?.close();
    await late.getByRole("status").getByText("live", { exact: true }).waitFor();
    for (const page of [late, ...others]) await page.close();
  });
});

describe("a host that goes away", () => {
  it("leaves what was seen, to be looked at and saved, also when another one has its port", async () => {
    const opened = await InspectorPage.open(browser);
    opened.expectsLoss = true;
    const { page, inspector } = opened;
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    await inspector.close();
    const status = page.locator("#status");
    await expect.poll(() => status.textContent()).toBe("the host is gone");
    const other = await startInspector({ port: Number(new URL(inspector.url).port) });
    afterwards(() => other.close());
    await expect.poll(() => status.textContent(), { timeout: 10_000 }).toContain("another one");
    await opened.expectRow("Guard", { generation: "2" });
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save trace" }).click();
    await downloading;
  });
});

describe("coverage", () => {
  it("is drawn over the lines, and what was not taken stands out", async () => {
    const opened = await InspectorPage.open(browser);
    const { plugin } = await heldPlugin();
    opened.inspector.attach(plugin);
    await opened.expectRow("Guard", { state: "idle" });
    const file = path.join(tmpdir(), `${process.pid}-coverage.json`);
    const counts = {
      "idle/plugin.start/0": 7,
      "spawning/session.opened/0": 5,
      "/hook.cancel/0": 1,
    };
    await writeFile(file, JSON.stringify({ states: 14, taken: counts }));
    await openFile(opened, "Coverage…", file);
    await expect
      .poll(() => opened.page.locator("#coverage-note").textContent())
      .toMatch(/^3 of \d+ transitions taken$/);
    const marks = await opened.page.locator("#chart-window .coverage").allTextContents();
    expect(marks).toContain("5×");
    expect(await opened.hiddenNumbers()).toEqual([]);
    const list = await opened.page.locator("#chart-possible li").allTextContents();
    expect(list).toHaveLength(await keyCount(opened));
    // It has no line.
    expect(list).toContain("1× /hook.cancel/0");
    expect(marks).toContain("0×");
    expect(await opened.page.locator('.edge[data-uncovered="true"]').count()).toBeGreaterThan(20);
    await opened.page.getByRole("button", { name: "Hide coverage" }).click();
    await opened.expectCount("#chart-window .coverage", 0);
  });
});

async function keyCount({ page }: InspectorPage): Promise<number> {
  const note = await page.locator("#coverage-note").textContent();
  return Number(/of (\d+)/.exec(note ?? "")?.[1]);
}

const down = { generation: 1, attempt: 3, cooled: "CONNECT_FAILED", fault: null } as const;
const refusal = {
  id: 9,
  hook: "x",
  bytes: 1,
  queuedAt: null,
  sentAt: null,
  sends: 0,
  ok: false,
  code: "QUEUE_FULL",
} as const;

async function openTrace(opened: InspectorPage, records: readonly TraceRecord[]): Promise<void> {
  const file = path.join(tmpdir(), `${process.pid}-trace.jsonl`);
  await writeFile(file, [...traceLines(header, records)].join(""));
  await openFile(opened, "Open trace…", file);
  await opened.page.getByText("This is the past").waitFor();
}

async function openFile({ page }: InspectorPage, button: string, file: string): Promise<void> {
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).click();
  await (await choosing).setFiles(file);
}

describe("control", () => {
  it("is not there where the host has not allowed it", async () => {
    const opened = await InspectorPage.open(browser);
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2" });
    expect(await opened.page.locator("#control").isVisible()).toBe(false);
  });

  it("starts, reconnects, and stops when asked twice", async () => {
    const opened = await InspectorPage.open(browser, { allowControl: true });
    const { page } = opened;
    const { plugin } = await heldPlugin();
    opened.inspector.attach(plugin);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await opened.expectRow("Guard", { state: "ready.waiting", generation: "1" });
    await page.getByRole("button", { name: "Reconnect" }).click();
    await opened.expectRow("Guard", { state: "ready.waiting", generation: "2" });
    await page.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("button", { name: "Keep it running" }).click();
    await page.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("button", { name: "Stop it" }).click();
    await opened.expectRow("Guard", { state: "terminated" });
    expect(plugin.status().state).toBe("terminated");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("alert").getByText("Plugin Guard has been stopped").waitFor();
    expect(await page.getByRole("button", { name: "Stop…" }).isDisabled()).toBe(true);
  });
});

describe.each(["light", "dark"] as const)("in %s colours", (scheme) => {
  it("axe finds nothing serious, whatever is shown", async () => {
    const opened = await InspectorPage.open(browser, { scheme, allowControl: true });
    const { page } = opened;
    for (const name of ["One", "Other", "Third"])
      opened.inspector.attach((await heldPlugin()).plugin, { name });
    await livePlugin(opened);
    await opened.expectRow("Guard", { generation: "2", state: "ready.waiting" });
    await page.getByRole("button", { name: "Guard", exact: true }).click();
    await opened.expectLit("ready.waiting");
    expect(await opened.seriousFindings()).toEqual([]);
    await page.getByRole("tab", { name: "Sequence" }).click();
    await page.keyboard.press("[");
    expect(await opened.seriousFindings()).toEqual([]);
    await page.keyboard.press("l");
    await page.getByRole("button", { name: "Stop…" }).click();
    expect(await opened.seriousFindings()).toEqual([]);
  });
});

describe("a stranger", () => {
  it("without the token sees a page that says so, and no more", async () => {
    const opened = await InspectorPage.open(browser);
    const { origin } = new URL(opened.inspector.url);
    const context = await browser.newContext();
    afterwards(() => context.close());
    const page = await context.newPage();
    for (const address of [origin, `${origin}/#token=${"A".repeat(43)}`]) {
      await page.goto("about:blank");
      await page.goto(address);
      await page.getByRole("heading", { name: "This address needs its token" }).waitFor();
      expect(await page.locator("#app").isVisible()).toBe(false);
    }
  });

  it("from another origin reads nothing and does nothing, even with the token", async () => {
    const opened = await InspectorPage.open(browser, { allowControl: true });
    const { plugin } = await heldPlugin();
    opened.inspector.attach(plugin);
    const { origin, hash } = new URL(opened.inspector.url);
    const server = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<title>elsewhere</title>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    afterwards(() => server.close());
    const page = await browser.newPage();
    afterwards(() => page.close());
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const results = await page.evaluate(
      async ({ url, token }) => {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const body = JSON.stringify({ connection: 1, command: "start" });
        const attempt = (path: string, init: RequestInit): Promise<string> =>
          fetch(url + path, init).then(
            (answer) => `${answer.type} ${answer.status}`,
            () => "refused",
          );
        return [
          await attempt("/api/trace", { headers }),
          await attempt("/api/control", { method: "POST", headers, body }),
          await attempt("/api/control", { method: "POST", body, mode: "no-cors" }),
          await attempt("/", {}),
        ];
      },
      { url: origin, token: hash.slice("#token=".length) },
    );
    expect(results).toEqual(["refused", "refused", "refused", "refused"]);
    expect(plugin.status().state).toBe("idle");
  });

  it("that has made a name of its own point here gets nothing", async () => {
    const opened = await InspectorPage.open(browser);
    const { port, hash } = new URL(opened.inspector.url);
    const rebound = await launchChromium("--host-resolver-rules=MAP evil.example 127.0.0.1");
    afterwards(() => rebound.close());
    const page = await rebound.newPage();
    const answer = await page.goto(`http://evil.example:${port}/${hash}`);
    expect(answer?.status()).toBe(403);
    expect(await page.locator("body").textContent()).toContain("not served here");
  });

  it("finds no token in the address, once the page has it", async () => {
    const { page, inspector } = await InspectorPage.open(browser);
    expect(page.url()).toBe(`${new URL(inspector.url).origin}/`);
    await page.reload();
    await page.getByRole("status").getByText("live", { exact: true }).waitFor();
  });
});
