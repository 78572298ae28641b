import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { diagrams, documents } from "./diagrams.ts";

// Run as dist/visualizations/main.js
const root = path.join(import.meta.dirname, "../..");

for (const [file, text] of diagrams()) writeFileSync(path.join(root, "visualizations", file), text);
for (const [file, redraw] of documents()) {
  const place = path.join(root, file);
  writeFileSync(place, redraw(readFileSync(place, "utf8")));
}
