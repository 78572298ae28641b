import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Readable } from "node:stream";
import type { Answer } from "../../../examples/host/ask-plugin.ts";
import { projectRoot } from "../../support/project.ts";

export interface AskEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start -- --config …` after its build, as a process of its own. */
export class AskProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<AskEnd>;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], { env = {}, cwd = projectRoot } = {}) {
    const script = path.join(projectRoot, "dist/examples/main.js");
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout.on("data", (data: Buffer) => {
      this.#stdout += data.toString();
    });
    this.#child.stderr.on("data", (data: Buffer) => {
      this.#stderr += data.toString();
    });
    this.#ended = once(this.#child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  end(): Promise<AskEnd> {
    return this.#ended;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

export function answersOf({ stdout }: AskEnd): Answer[] {
  const { answers }: { answers: Answer[] } = JSON.parse(stdout);
  return answers;
}
