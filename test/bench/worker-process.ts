import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { builtFile } from "./files.ts";
import type { Answers, Command, Reply } from "./worker-commands.ts";

const patienceMs = 60_000;

/** The process of one contender, seen from the one that compares. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param nodeOptions for the process, such as `--cpu-prof` */
  constructor(module: string, nodeOptions: readonly string[] = []) {
    this.#child = fork(builtFile("worker.js"), [module], {
      // A contender that prints must not print between the results.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [...nodeOptions],
      // The SDK's client makes Node warn of too many listeners, thousands of times.
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    this.#ended = once(this.#child, "exit");
  }

  /** Rejects with what went wrong there, and if the process ends, or takes longer than a minute. */
  ask<T extends Command["type"]>(command: Extract<Command, { type: T }>): Promise<Answers[T]> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        child.off("message", take).off("exit", die);
      };
      const take = (reply: unknown): void => {
        end();
        const answered = reply as Reply<T>;
        if ("error" in answered) reject(new Error(answered.error));
        else resolve(answered.value);
      };
      const die = (): void => {
        end();
        reject(new Error("its process has ended"));
      };
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      child.on("message", take).on("exit", die);
      if (child.connected) child.send(command);
      else die();
    });
  }

  /** Ends the process, which ends what it has started. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }
}
