import { ensureChromium } from "./chromium.ts";

/** Once before all tests. */
export function setup(): void {
  ensureChromium();
}
