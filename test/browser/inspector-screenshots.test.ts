import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { afterwards } from "../external-plugin/support/harness.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { launchChromium } from "./support/chromium.ts";

// They show another moment each time, so they are only taken when somebody wants new ones.
const { SCREENSHOTS: wanted } = process.env;
const folder = path.join(projectRoot, "visualizations/screenshots");
const command = path.join(projectRoot, "dist/src/cli/main.js");

let browser: Browser;

beforeAll(async () => {
  expectBuilt();
  browser = await launchChromium();
});

afterAll(() => browser?.close());

describe.runIf(wanted)("screenshots for the README", { timeout: 180_000 }, () => {
  it("show the demonstration in both colours", async () => {
    const demo = spawn(process.execPath, [command, "inspect", "--demo", "--allow-control"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    afterwards(() => demo.kill("SIGINT"));
    const [line] = await once(createInterface(demo.stdout), "line");
    const url = String(line).replace("Inspector: ", "");
    await mkdir(folder, { recursive: true });
    for (const scheme of ["light", "dark"] as const) {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        colorScheme: scheme,
      });
      await page.goto(url);
      await page.getByRole("button", { name: "FlakyAudit" }).click();
      // Killed at least twice, and back; another one is being looked for.
      await expect
        .poll(() => cell(page, "FlakyAudit", "generation"), { timeout: 90_000 })
        .toMatch(/[3-9]/);
      await expect
        .poll(() => cell(page, "PolicyHub", "state"), { timeout: 90_000 })
        .toBe("coolingDown");
      await page.locator("#chart-window svg").waitFor();
      await page.screenshot({ path: path.join(folder, `inspector-${scheme}.png`) });
      await page.getByRole("tab", { name: "Sequence" }).click();
      await page.locator("#sequence-window").selectOption("20000");
      await page.locator("#sequence-note:not(:empty)").waitFor();
      await page.screenshot({ path: path.join(folder, `inspector-sequence-${scheme}.png`) });
      await page.close();
    }
    demo.kill("SIGINT");
    await once(demo, "exit");
  });
});

function cell(page: Page, plugin: string, column: string): Promise<string | null> {
  const row = page.locator("#board-rows tr", { has: page.getByRole("button", { name: plugin }) });
  return row.locator(`.${column}`).textContent();
}
