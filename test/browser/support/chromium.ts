import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Pictures are measured with a font of Helvetica's widths, and with one of others. */
const packages = ["chromium", "fontconfig", "fonts-liberation", "fonts-dejavu-core"];
const families = ["Liberation Sans", "DejaVu Sans"];

/** Installs the browser and the fonts where they are missing: from Debian, by whoever may. */
export function ensureChromium(): void {
  if (isThere()) return;
  const apt = (...args: readonly string[]): boolean => {
    const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
    const [command = "", ...rest] = [...asRoot, "apt-get", ...args];
    return spawnSync(command, rest, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
  };
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  if (apt("update") && apt(...install) && isThere()) return;
  throw new Error(`Chromium or a font is missing: \`apt-get install ${packages.join(" ")}\``);
}

function isThere(): boolean {
  const { stdout } = spawnSync("fc-list", [":", "family"], { encoding: "utf8" });
  return executable() !== undefined && families.every((family) => stdout?.includes(family));
}

function executable(): string | undefined {
  const { CHROMIUM: named } = process.env;
  return named ?? places.find((place) => existsSync(place));
}

/** Debian's Chromium, or the one that CHROMIUM names: without a window, and without the network's services. */
export async function launchChromium(...more: readonly string[]): Promise<Browser> {
  const executablePath = executable();
  if (executablePath === undefined)
    throw new Error("No Chromium: install it, or name one in CHROMIUM");
  return await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", ...more],
  });
}
