import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { afterwards } from "../external-plugin/support/harness.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { launchChromium } from "./support/chromium.ts";

// They show another moment each time, so those that are checked in change only when somebody wants new ones.
const { SCREENSHOTS: wanted } = process.env;
const checkedIn = path.join(projectRoot, "visualizations/screenshots");
const folder = wanted ? checkedIn : mkdtempSync(path.join(tmpdir(), "screenshots-"));
const command = path.join(projectRoot, "dist/src/cli/main.js");

let browser: Browser;

beforeAll(async () => {
  expectBuilt();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  if (folder !== checkedIn) rmSync(folder, { recursive: true });
});

describe("screenshots for the README", { timeout: 180_000 }, () => {
  it("show the demonstration in both colours", async () => {
    const demo = spawn(process.execPath, [command, "inspect", "--demo", "--allow-control"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    afterwards(() => demo.kill("SIGINT"));
    const [line] = await once(createInterface(demo.stdout), "line");
    const url = String(line).replace("Inspector: ", "");
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
      await page.locator(".bars g").first().waitFor();
      await page.screenshot({ path: path.join(folder, `inspector-sequence-${scheme}.png`) });
      await page.close();
    }
    demo.kill("SIGINT");
    await once(demo, "exit");
    expect(readdirSync(folder).sort()).toEqual(readdirSync(checkedIn).sort());
    for (const file of readdirSync(folder))
      expect(statSync(path.join(folder, file)).size).toBeGreaterThan(50_000);
  });
});

function cell(page: Page, plugin: string, column: string): Promise<string | null> {
  const row = page.locator("#board-rows tr", { has: page.getByRole("button", { name: plugin }) });
  return row.locator(`.${column}`).textContent();
}
