import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
};

/** Where the page's parts lie in the package. */
const folders = [
  { folder: "visualizations/inspector", extensions: [".html", ".css", ".svg"] },
  // What the compiler has made of the page, and of what the page shares with us.
  { folder: "dist/visualizations/inspector", extensions: [".js"] },
  { folder: "dist/src/inspector/trace", extensions: [".js"] },
];

/** Made from the statechart, for other readers as well */
const drawings = ["visualizations/plugin-connection.svg", "visualizations/plugin-connection.json"];

/**
 * Reads the whole page, which is small, so that no request ever names a file. The paths are those of the package, without
 * `dist/`: so the imports between the modules hold.
 *
 * @throws Error if the page has not been built
 */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const root = packageRoot();
  const assets = new Map<string, Asset>();
  for (const { folder, extensions } of folders) {
    const names = await filesIn(path.join(root, folder));
    for (const name of names.filter((file) => extensions.includes(path.extname(file)))) {
      const url = path.posix.join("/", folder.replace(/^dist\//, ""), name.replaceAll("\\", "/"));
      const body = await readFile(path.join(root, folder, name));
      assets.set(url, { type: types[path.extname(name)] ?? "", body });
    }
  }
  for (const drawing of drawings) {
    const text = await readFile(path.join(root, drawing), "utf8");
    // The page has colours of its own for it, and allows no styles but those of its own files.
    const body = Buffer.from(text.replace(/<style>.*?<\/style>/s, ""));
    assets.set(`/${drawing}`, { type: types[path.extname(drawing)] ?? "", body });
  }
  const page = assets.get("/visualizations/inspector/index.html");
  if (page === undefined || !assets.has("/visualizations/inspector/main.js"))
    throw new Error("The inspector's page is missing: it is built by `npm run build`");
  assets.set("/", page);
  return assets;
}

async function filesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder, { recursive: true }) : [];
}

/** Above `dist/` where this has been compiled, and above `src/` where it has not. */
function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, "package.json"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("The package of the inspector is not complete");
    folder = parent;
  }
  return folder;
}
