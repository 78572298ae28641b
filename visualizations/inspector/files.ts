import {
  readTrace,
  type Trace,
  traceLimits,
  traceLines,
} from "../../src/inspector/trace/read-trace.ts";
import { element } from "./dom.ts";
import type { TraceStore } from "./trace-store.ts";

/** Gives the trace to the browser to be saved. */
export function saveTrace(store: TraceStore): void {
  const blob = new Blob([...traceLines(store.header, store.records())], {
    type: "application/jsonl",
  });
  const url = URL.createObjectURL(blob);
  const name = `mcp-tether-${store.header.startedAt.replaceAll(":", "-").slice(0, 19)}.jsonl`;
  element("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

/** Lets somebody choose a file. Resolves with nothing if they do not. */
export function chooseFile(accept: string): Promise<File | undefined> {
  return new Promise((resolve) => {
    const input = element("input", { type: "file", accept });
    input.addEventListener("change", () => resolve(input.files?.[0]));
    input.addEventListener("cancel", () => resolve(undefined));
    input.click();
  });
}

/** @throws Error in words for people */
export async function openTrace(file: File): Promise<Trace> {
  if (file.size > traceLimits.characters) throw new Error(`${file.name} is too large for a trace`);
  return readTrace(await file.text());
}
