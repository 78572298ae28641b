import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { readToolCalls, type ToolCallLine } from "./tool-call-lines.ts";
import { UsageError } from "./usage-error.ts";

export interface InputDocument {
  /** Path within the folder, with `/` */
  readonly name: string;
  readonly text: string;
}

export interface DemoInput {
  readonly documents: readonly InputDocument[];
  readonly toolCalls: readonly ToolCallLine[];
  readonly bytes: number;
}

// Far below what one message may have, also when every character of it must be escaped twice.
const fileBytesMax = 4 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a folder, and the folders in it: files that end in `.jsonl` hold tool calls, all others are documents. Names that
 * begin with a dot do not count.
 *
 * @throws UsageError that names the file at fault
 */
export async function readInputFolder(folder: string): Promise<DemoInput> {
  const documents: InputDocument[] = [];
  const toolCalls: ToolCallLine[] = [];
  let bytes = 0;
  for (const name of await listFiles(folder)) {
    const { text, size } = await readText(folder, name);
    bytes += size;
    if (name.toLowerCase().endsWith(".jsonl")) toolCalls.push(...readToolCalls(name, text));
    else documents.push({ name, text });
  }
  if (documents.length + toolCalls.length === 0)
    throw new UsageError(`${folder} has neither documents nor tool calls in it`);
  return { documents, toolCalls, bytes };
}

async function listFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  const pending = [""];
  for (let within = pending.pop(); within !== undefined; within = pending.pop()) {
    const entries = await list(folder, within);
    for (const entry of entries.filter(({ name }) => !name.startsWith("."))) {
      const name = path.posix.join(within, entry.name);
      (entry.isDirectory() ? pending : names).push(name);
    }
  }
  // The same order everywhere: it is what the seed shuffles.
  return names.sort();
}

async function list(folder: string, within: string): Promise<Dirent[]> {
  const place = path.join(folder, within);
  try {
    return await readdir(place, { withFileTypes: true });
  } catch (error) {
    throw unreadable(place, error);
  }
}

async function readText(folder: string, name: string): Promise<{ text: string; size: number }> {
  const file = path.join(folder, name);
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new UsageError(`${file} is not a plain file`);
    if (found.size > fileBytesMax)
      throw new UsageError(`${file} is larger than ${fileBytesMax} bytes; divide it`);
    const content = await readFile(file);
    return { text: decode(file, content), size: content.length };
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(file, error);
  }
}

function decode(file: string, content: Uint8Array): string {
  try {
    return utf8.decode(content);
  } catch (cause) {
    throw new UsageError(`${file} is not UTF-8 text; convert it, or take it out of the folder`, {
      cause,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "it is not a folder",
  EACCES: "permission denied",
  ELOOP: "its links lead in a circle",
};

function unreadable(place: string, cause: unknown): UsageError {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return new UsageError(`${place} cannot be read: ${reasons[code] ?? code}`, { cause });
}
