import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Debian's Chromium, or the one that CHROMIUM names: without a window, and without the network's services. */
export async function launchChromium(...more: readonly string[]): Promise<Browser> {
  const { CHROMIUM: named } = process.env;
  const executablePath = named ?? places.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error("No Chromium: `apt-get install chromium`, or name one in CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", ...more],
  });
}
