import { unwatchFile, watch, watchFile } from "node:fs";

const pollMs = 20;

/** Calls back when a file changes, by polling where the system has no more watchers to give. Returns what ends it. */
export function onChange(file: string, listener: () => void): () => void {
  try {
    const watcher = watch(file, listener);
    watcher.on("error", () => {});
    return () => watcher.close();
  } catch {
    watchFile(file, { interval: pollMs }, listener);
    return () => unwatchFile(file, listener);
  }
}
