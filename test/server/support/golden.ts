import { readdirSync, readFileSync } from "node:fs";
import { readExactly } from "./exact-json.ts";
import type { AnswerResult } from "./line-client.ts";

export interface Recording {
  readonly request: { readonly method: string; readonly params?: Record<string, unknown> };
  readonly result: AnswerResult;
}

const folder = new URL("../golden/", import.meta.url);
const ofOtherShape = ["http_exchanges", "stdio_raw_lines"];

/** The names of all exchanges that are the same over every transport. */
export const recordingNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.json$/, ""))
  .filter((name) => !ofOtherShape.includes(name));

/** A recorded exchange with the reference server. The request's numbers are marked, to be sent as they were. */
export function recording(name: string): Recording {
  const { request } = readExactly(textOf(name)) as Recording;
  const { result } = read(name) as Recording;
  return { request, result };
}

/** Lines that the reference wrote to its standard output, by the name of the exchange. */
export function rawLines(): Readonly<Record<string, string>> {
  return read("stdio_raw_lines") as Record<string, string>;
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
  return JSON.parse(textOf(name));
}

function textOf(name: string): string {
  return readFileSync(new URL(`${name}.json`, folder), "utf8");
}

/** What a tool says that it is for is no part of the contract, and not recorded. */
export function withoutProse(result: AnswerResult | undefined): AnswerResult | undefined {
  if (result?.tools === undefined) return result;
  const text = JSON.stringify(result);
  return JSON.parse(text.replace(description, '"description":"<prose removed>"')) as AnswerResult;
}

const description = /"description":"(?:[^"\\]|\\.)*"/g;
