import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { DemoReport, SummaryReport } from "../../../examples/demo/report.ts";
import type { LedgerEntry } from "../../../examples/plugins/ledger.ts";
import { eventually, processesWith } from "../../fixtures/processes.ts";
import { projectRoot } from "../../support/project.ts";

export type Line = DemoReport & { readonly at: number };

export interface DemoEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start` after its build, as a process of its own that is watched from outside. */
export class DemoProcess {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "demo-test-"));
  readonly #ledger = path.join(this.#folder, "ledger.jsonl");
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<DemoEnd>;
  readonly #watchers = new Set<(line: Line) => void>();
  #stdout = "";
  #stderr = "";

  /** Without `--json`, `until` has nothing to see. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const script = path.join(projectRoot, "dist/examples/main.js");
    this.#child = spawn(process.execPath, [script, "--ledger", this.#ledger, ...args], {
      cwd: tmpdir(),
      // Its children have the ledger in their environment, so one marker finds all.
      env: { ...process.env, DEMO_TEST: this.#folder, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stderr.on("data", (data: Buffer) => {
      this.#stderr += data.toString();
    });
    createInterface(this.#child.stdout).on("line", (line) => this.#take(line));
    this.#ended = once(this.#child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Resolves with its end, of which it is certain that it has come: the output is closed. */
  end(): Promise<DemoEnd> {
    return this.#ended;
  }

  /** Waits for a line of `--json`. Rejects if the process ends without it. */
  async until(holds: (line: Line) => boolean): Promise<Line> {
    return await new Promise((resolve, reject) => {
      const watch = (line: Line): void => {
        if (!holds(line)) return;
        this.#watchers.delete(watch);
        resolve(line);
      };
      this.#watchers.add(watch);
      void this.#ended.then(({ stderr }) => reject(new Error(`ended without that line ${stderr}`)));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Processes of this run that are there now, itself included. */
  processes(): number[] {
    return processesWith(this.#folder);
  }

  ledgerExists(): boolean {
    return existsSync(this.#ledger);
  }

  ledger(): LedgerEntry[] {
    return readFileSync(this.#ledger, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  appendToLedger(entry: LedgerEntry): void {
    appendFileSync(this.#ledger, `${JSON.stringify(entry)}\n`);
  }

  async release(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
    await eventually(() => this.processes().length === 0, "no process is left");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #take(text: string): void {
    this.#stdout += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line: Line = JSON.parse(text);
    for (const watch of [...this.#watchers]) watch(line);
  }
}

export function linesOf({ stdout }: DemoEnd): Line[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

export function summaryOf(end: DemoEnd): SummaryReport {
  const last = linesOf(end).at(-1);
  if (last?.type !== "summary") throw new Error(`no summary: ${end.stderr}`);
  return last;
}
