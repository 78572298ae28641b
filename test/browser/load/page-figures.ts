import type { Page } from "playwright-core";

/** What a page finds of itself. */
export interface PageFigures {
  /** Pictures per second: of all the time, and of the worst second */
  readonly framesPerSecond: { readonly mean: number; readonly worst: number };
  /** The longest time without a new picture, in ms */
  readonly longestFrameMs: number;
  readonly heapMegabytes: { readonly first: number; readonly last: number };
}

interface Counter {
  frames: number[];
  longest: number;
  heap: number[];
}

/** Counts pictures, second by second. */
export async function beginCounting(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counter: Counter = { frames: [], longest: 0, heap: [] };
    Object.assign(globalThis, { counter });
    let count = 0;
    let second = performance.now();
    let before = second;
    const next = (now: number): void => {
      count += 1;
      counter.longest = Math.max(counter.longest, now - before);
      before = now;
      if (now - second >= 1_000) {
        counter.frames.push((count * 1_000) / (now - second));
        const { memory } = performance as Performance & { memory?: { usedJSHeapSize: number } };
        counter.heap.push((memory?.usedJSHeapSize ?? 0) / 1e6);
        count = 0;
        second = now;
      }
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
}

export async function figuresOf(page: Page): Promise<PageFigures> {
  const { frames, longest, heap } = await page.evaluate(
    () => (globalThis as unknown as { counter: Counter }).counter,
  );
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    framesPerSecond: {
      mean: round(frames.reduce((sum, value) => sum + value, 0) / Math.max(1, frames.length)),
      worst: round(Math.min(...frames)),
    },
    longestFrameMs: round(longest),
    heapMegabytes: { first: round(heap[0] ?? 0), last: round(heap.at(-1) ?? 0) },
  };
}
