import path from "node:path";
import type { DemoInput, InputDocument } from "./input-folder.ts";
import { safeText } from "./safe-text.ts";
import { pick, seededRandom, shuffled } from "./seeded-random.ts";
import type { ToolCallLine } from "./tool-call-lines.ts";

interface JobBase {
  /** Short, and free of what is in the input: ledgers and reports name it */
  readonly id: string;
  /** What a person calls it */
  readonly subject: string;
}

/** One piece of work for the gateway. */
export type Job = DocumentJob | ToolCallJob | ExportJob;

export interface DocumentJob extends JobBase {
  readonly kind: "document";
  readonly document: InputDocument;
}

export interface ToolCallJob extends JobBase {
  readonly kind: "toolCall";
  readonly call: ToolCallLine;
}

/** Many documents in one answer of a tool. It takes long enough to be interrupted. */
export interface ExportJob extends JobBase {
  readonly kind: "export";
  readonly documents: readonly InputDocument[];
}

export interface Plan {
  readonly jobs: readonly Job[];
  /** The export that is to be killed, and those that take its place if it is over too soon */
  readonly victims: readonly ExportJob[];
  /** The policy server is restarted when this job's turn comes */
  readonly restartAt: Job;
}

const exportCount = 4;
const exportBytes = 2_500_000;
// What a document is in a message besides its text.
const entryBytes = 40;

/** What is done in which order, and where it is disturbed: all by the seed. */
export function makePlan(input: DemoInput, seed: number): Plan {
  const random = seededRandom(seed);
  const small = shuffled(random, smallJobs(input));
  // The exports come in the first half, so that work is left for the restart.
  const half = Math.floor(small.length / 2);
  const exports = exportJobs(input);
  const jobs: Job[] = [...small];
  for (const [index, job] of exports.entries())
    jobs.splice(index + Math.floor(((index + 1) * half) / (exportCount + 1)), 0, job);
  const victims = exports.slice(pick(random, 0, exportCount - 1));
  const restartAt = small[pick(random, half, small.length)];
  if (restartAt === undefined) throw new Error("there is nothing to do");
  return { jobs, victims, restartAt };
}

function smallJobs({ documents, toolCalls }: DemoInput): Job[] {
  return [
    ...documents.map(
      (document, index): Job => ({
        kind: "document",
        id: `document-${index + 1}`,
        subject: safeText(shortName(document.name)),
        document,
      }),
    ),
    ...toolCalls.map(
      (call, index): Job => ({
        kind: "toolCall",
        id: `tool-call-${index + 1}`,
        subject: safeText(`${call.name}, ${shortPlace(call.place)}`),
        call,
      }),
    ),
  ];
}

/** The file and its folder. */
function shortName(name: string): string {
  return name.split("/").slice(-2).join("/");
}

/** File and line, as in `shop:3`. */
function shortPlace(place: string): string {
  return path.posix.basename(place).replace(/\.jsonl(:\d+)$/i, "$1");
}

function exportJobs({ documents, toolCalls }: DemoInput): ExportJob[] {
  const texts = documents.length > 0 ? documents : toolCalls.map(asDocument);
  return Array.from({ length: exportCount }, (_, part) => {
    const share = texts.filter((_, index) => index % exportCount === part);
    return {
      kind: "export",
      id: `export-${part + 1}`,
      subject: `archive part ${part + 1} of ${exportCount}`,
      documents: repeated(share.length > 0 ? share : texts),
    };
  });
}

function asDocument({ place, args, result }: ToolCallLine): InputDocument {
  return { name: place, text: JSON.stringify({ args, result }) };
}

/** The documents, over and over until they are long enough. */
function repeated(documents: readonly InputDocument[]): InputDocument[] {
  const list: InputDocument[] = [];
  for (let bytes = 0; bytes < exportBytes; )
    for (const document of documents) {
      list.push(document);
      bytes += entryBytes + Buffer.byteLength(document.text);
    }
  return list;
}
