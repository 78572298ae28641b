import { isPlainJson, toPlainJson } from "../models/plain-json.ts";

/**
 * A value of plugin code as JSON has it: the value itself if `JSON.stringify` loses nothing of it, else a copy.
 *
 * @param path where it stands in the answer, for the fault
 * @throws EncodeFault where something cannot be written, or would be lost without a word, such as what a Map holds
 */
export function sendable(value: unknown, path: string): unknown {
  return isWrittenAsIs(value) ? value : toPlainJson(value, path);
}

// A getter that throws is to be named by its path, which takes the slow way.
function isWrittenAsIs(value: unknown): boolean {
  try {
    return isPlainJson(value);
  } catch {
    return false;
  }
}
