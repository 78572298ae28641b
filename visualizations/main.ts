import { writeFileSync } from "node:fs";
import path from "node:path";
import { diagrams } from "./diagrams.ts";

// Run as dist/visualizations/main.js
const folder = path.join(import.meta.dirname, "../../visualizations");

for (const [file, text] of diagrams()) writeFileSync(path.join(folder, file), text);
