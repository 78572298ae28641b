import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { InspectorOptions } from "../../../src/inspector/inspector-options.ts";
import { type Inspector, startInspector } from "../../../src/inspector/start-inspector.ts";
import { afterwards } from "../../external-plugin/support/harness.ts";

export interface PageOptions extends InspectorOptions {
  readonly scheme?: "light" | "dark";
}

/** An inspector, and its page in a browser. */
export class InspectorPage {
  readonly inspector: Inspector;
  readonly page: Page;
  /** What the browser has found wrong */
  readonly faults: string[] = [];
  /** The browser complains of a host that it cannot reach any more */
  expectsLoss = false;

  /** A page that must have had no fault when the test is over. */
  static async open(browser: Browser, options: PageOptions = {}): Promise<InspectorPage> {
    const { scheme = "light", ...settings } = options;
    const inspector = await startInspector(settings);
    afterwards(() => inspector.close());
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    const opened = new InspectorPage(inspector, page);
    afterwards(async () => {
      await page.close();
      expect(opened.faults).toEqual([]);
    });
    page.setDefaultTimeout(15_000);
    await page.addInitScript(makeCuttable);
    await page.goto(inspector.url);
    await page.getByRole("status").getByText("live", { exact: true }).waitFor();
    await page.locator("#chart-window svg").waitFor();
    return opened;
  }

  private constructor(inspector: Inspector, page: Page) {
    this.inspector = inspector;
    this.page = page;
    // Violations of the content security policy are among them.
    page.on("console", (message) => {
      if (this.expectsLoss && message.text().startsWith("Failed to load resource")) return;
      if (["error", "warning"].includes(message.type())) this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(new URL(inspector.url).origin) && !isLocal(request.url()))
        this.faults.push(`asked for ${request.url()}`);
    });
  }

  /** Takes the stream of events away from the page, and lets it have one again. */
  async cutOff(isCut: boolean): Promise<void> {
    await this.page.evaluate((value) => {
      (globalThis as unknown as { cutOff(isCut: boolean): void }).cutOff(value);
    }, isCut);
  }

  /** The texts of the cells of a plugin's row on the board, by their classes. */
  async row(name: string): Promise<Record<string, string>> {
    return await this.page
      .locator("#board-rows tr", { has: this.page.getByRole("button", { name, exact: true }) })
      .evaluate((row) =>
        Object.fromEntries(
          [...row.children].map((cell) => [cell.className || "name", cell.textContent ?? ""]),
        ),
      );
  }

  /** Waits until the row is so. */
  async expectRow(name: string, expected: Record<string, unknown>): Promise<void> {
    await expect.poll(() => this.row(name), { timeout: 10_000 }).toMatchObject(expected);
  }

  /** Waits until this leaf is lit in the chart. */
  async expectLit(state: string): Promise<void> {
    const lit = this.page.locator('#chart-window [data-active="leaf"]');
    await expect.poll(() => lit.getAttribute("data-state")).toBe(state);
  }

  /** Waits until there are so many of these. What is done shows with the next picture, and not at once. */
  async expectCount(selector: string, count: number): Promise<void> {
    await expect.poll(() => this.page.locator(selector).count()).toBe(count);
  }

  /** The lines of the log that are in sight. */
  async logTexts(): Promise<string[]> {
    return await this.page.locator("#log .log-row .text").allTextContents();
  }

  /** Waits until the chart shows what is lit and what is possible so that it stands out. */
  async expectDrawn(): Promise<void> {
    const styles = () =>
      this.page.evaluate(() => {
        const of = (selector: string) => {
          const found = document.querySelector(`#chart-window ${selector}`);
          if (found === null) throw new Error(`no ${selector}`);
          const { fill, strokeWidth, strokeOpacity, fillOpacity } = getComputedStyle(found);
          return { fill, strokeWidth: Number.parseFloat(strokeWidth), strokeOpacity, fillOpacity };
        };
        return {
          lit: of('[data-active="leaf"] > rect'),
          unlit: of(".state:not([data-active]) > rect"),
          possible: of('.edge[data-possible="true"] > .line'),
          impossible: of('.edge[data-possible="false"]:not([data-trail]) > .line'),
        };
      });
    await expect.poll(async () => (await styles()).impossible.strokeOpacity).toBe("0.3");
    const { lit, unlit, possible, impossible } = await styles();
    expect(lit.fill).not.toBe(unlit.fill);
    expect(lit.strokeWidth).toBeGreaterThan(unlit.strokeWidth);
    expect(possible.strokeOpacity).toBe("1");
    expect(possible.strokeWidth).toBeGreaterThan(impossible.strokeWidth);
  }

  /** The bars of calls in the sequence, as they are drawn. */
  async bars(): Promise<{ kind: string; title: string; height: number; fill: string }[]> {
    return await this.page.locator(".bars > g").evaluateAll((bars) =>
      bars.map((bar) => {
        const rect = bar.querySelector("rect");
        if (rect === null) throw new Error("a bar without a rect");
        return {
          kind: bar.getAttribute("data-kind") ?? "",
          title: bar.querySelector("title")?.textContent ?? "",
          height: rect.getBBox().height,
          fill: getComputedStyle(rect).fill,
        };
      }),
    );
  }

  /** Numbers of the coverage that lie on a text or on each other. */
  async hiddenNumbers(): Promise<string[]> {
    return await this.page.evaluate(() => {
      const texts = [...document.querySelectorAll<SVGTextElement>("#chart-window text")];
      const boxes = texts.map((text) => ({ text, box: text.getBoundingClientRect() }));
      return boxes.flatMap(({ text, box }) =>
        text.classList.contains("coverage")
          ? boxes
              .filter(
                (other) =>
                  other.text !== text &&
                  other.box.left < box.right &&
                  box.left < other.box.right &&
                  other.box.top < box.bottom &&
                  box.top < other.box.bottom,
              )
              .map((other) => `${text.textContent} on ${other.text.textContent}`)
          : [],
      );
    });
  }

  /** What axe finds that is serious. */
  async seriousFindings(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    return await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(): Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[];
          }>;
        };
      };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
    });
  }
}

/** In the page, before it begins: a browser that is offline still reaches its own machine. */
function makeCuttable(): void {
  let isCut = false;
  let cut = new AbortController();
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    if (input !== "/api/stream") return original(input, init);
    if (isCut) return Promise.reject(new TypeError("cut off"));
    return original(input, { ...init, signal: cut.signal });
  };
  Object.assign(globalThis, {
    cutOff(value: boolean) {
      isCut = value;
      if (value) cut.abort();
      else cut = new AbortController();
    },
  });
}

const isLocal = (url: string): boolean => url.startsWith("blob:") || url.startsWith("data:");
