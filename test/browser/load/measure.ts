import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../support/chromium.ts";
import { beginCounting, figuresOf, type PageFigures } from "./page-figures.ts";
import type { HostSample, LoadPlan } from "./plan.ts";

/** What the host found of itself in one phase. */
export interface HostFigures {
  readonly stepsPerSecond: number;
  /** Of a processor, for each step: of the host as a whole, and not of the inspector alone */
  readonly cpuMicrosecondsPerStep: number;
  /** Of the seconds' 99th percentiles: the middle one, and the worst */
  readonly delayMs: {
    readonly p50: number;
    readonly p99: number;
    readonly worstP99: number;
    readonly max: number;
  };
  readonly heapMegabytes: { readonly first: number; readonly last: number };
  /** How many pages looked on */
  readonly pages: number;
}

export interface LoadFigures extends LoadPlan {
  readonly secondsOfEachPhase: number;
  readonly page: PageFigures;
  /** Without an inspector, with one, with its page open, and with a second page that takes nothing */
  readonly host: Readonly<
    Record<"alone" | "recorded" | "watched" | "withHangingPage", HostFigures>
  >;
}

/** How smooth the inspector is under load: what the page, the host, and a page that hangs cost. */
export async function measure(plan: LoadPlan, seconds: number): Promise<LoadFigures> {
  const host = spawn(
    process.execPath,
    [fileURLToPath(new URL("./host.js", import.meta.url)), JSON.stringify(plan)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  process.once("exit", () => host.kill("SIGKILL"));
  const over = once(host, "exit");
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  const samples: HostSample[] = [];
  let url = "";
  createInterface(host.stdout).on("line", (line) => {
    if (line.startsWith("http")) url = line;
    else samples.push(JSON.parse(line));
  });
  /** Until the host has told of so many more seconds. */
  const hostSeconds = async (count: number): Promise<readonly HostSample[]> => {
    const from = samples.length;
    while (samples.length < from + count) {
      if (isOver) throw new Error("The host has ended");
      await wait(50);
    }
    return samples.slice(from);
  };

  const phase = Math.max(3, Math.ceil(seconds / 4));
  // While everything is started and compiled, nothing can be learnt.
  await hostSeconds(3);
  const alone = await hostSeconds(phase);
  host.stdin.write("attach\n");
  const recorded = await hostSeconds(phase);

  const browser = await launchChromium("--enable-precise-memory-info");
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await page.locator("#chart-window svg").waitFor();
  // It has the past to catch up with.
  await hostSeconds(3);
  await beginCounting(page);
  const watched = await hostSeconds(phase);
  hangAt(url);
  await page.getByRole("tab", { name: "Sequence" }).click();
  const withHanging = await hostSeconds(phase);
  const pageFigures = await figuresOf(page);
  await browser.close();
  host.stdin.end();
  await over;

  return {
    ...plan,
    secondsOfEachPhase: phase,
    page: pageFigures,
    host: {
      alone: digest(alone),
      recorded: digest(recorded),
      watched: digest(watched),
      withHangingPage: digest(withHanging),
    },
  };
}

/** A page that asks for everything and reads nothing. */
function hangAt(address: string): void {
  const { origin, hash } = new URL(address);
  const headers = { authorization: `Bearer ${hash.slice("#token=".length)}` };
  const asking = request(`${origin}/api/stream`, { headers });
  asking.on("response", (response) => response.pause());
  asking.on("error", () => {});
  asking.end();
}

function digest(of: readonly HostSample[]): HostFigures {
  const mean = (read: (sample: HostSample) => number): number =>
    Math.round(of.reduce((sum, sample) => sum + read(sample), 0) / of.length);
  const sorted = (read: (sample: HostSample) => number): readonly number[] =>
    of.map(read).sort((a, b) => a - b);
  const stepsPerSecond = mean(({ steps }) => steps);
  const p99s = sorted(({ delay }) => delay.p99);
  return {
    stepsPerSecond,
    cpuMicrosecondsPerStep: Math.round(
      (mean(({ cpuMs }) => cpuMs) / Math.max(1, stepsPerSecond)) * 1_000,
    ),
    delayMs: {
      p50: sorted(({ delay }) => delay.p50)[of.length >> 1] ?? 0,
      p99: p99s[of.length >> 1] ?? 0,
      worstP99: p99s.at(-1) ?? 0,
      max: Math.max(...of.map(({ delay }) => delay.max)),
    },
    heapMegabytes: { first: of[0]?.heapMegabytes ?? 0, last: of.at(-1)?.heapMegabytes ?? 0 },
    pages: of.at(-1)?.viewers ?? 0,
  };
}
