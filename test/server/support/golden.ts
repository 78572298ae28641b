import { readFileSync } from "node:fs";
import type { AnswerResult } from "./line-client.ts";

export interface Recording {
  readonly request: { readonly method: string; readonly params?: Record<string, unknown> };
  readonly result: AnswerResult;
}

/** A recorded exchange with the reference server. */
export function recording(name: string): Recording {
  return read(name) as Recording;
}

export interface HttpRecording {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
}

export function httpRecordings(): readonly HttpRecording[] {
  return read("http_exchanges") as HttpRecording[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));
}

// The reference emits names of modes that older hosts refuse; ours are known to both generations.
const modeNames: Readonly<Record<string, string>> = {
  sequential: "enforce",
  transform: "permissive",
};

/**
 * What is recorded, but for the differences that are meant: names of modes, links to the documentation of a Python
 * library, and what a test names itself.
 */
export function adapted(result: AnswerResult): AnswerResult {
  const text = JSON.stringify(result)
    .replace(/(\\*"mode\\*": ?\\*")(sequential|transform)/g, (_all, start, mode) => {
      return `${start}${modeNames[mode]}`;
    })
    .replace(/\\+n {4}For further information visit https:[^"\\]*/g, "");
  return JSON.parse(text) as AnswerResult;
}
