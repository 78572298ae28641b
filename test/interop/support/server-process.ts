import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { EndSignal } from "./site.ts";

/** How a server is started. */
export interface Command {
  readonly cmd: readonly string[];
  readonly cwd?: string;
  /** Besides the environment of the tests */
  readonly env?: Readonly<Record<string, string>>;
}

const killAfterMs = 10_000;

/** A server of its own process, from when it answers until it has ended. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stderr = "";

  private constructor({ cmd: [command = "", ...args], cwd, env }: Command) {
    this.#child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      // Our server ends with its standard input's pipe only over stdio; the reference's serves HTTP all the same.
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#ended = once(this.#child, "exit");
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
  }

  /** @param isUp asked again and again until it says so */
  static async start(command: Command, isUp: () => Promise<boolean>): Promise<ServerProcess> {
    const server = new ServerProcess(command);
    while (!(await isUp())) {
      if (server.#child.exitCode !== null || server.#child.signalCode !== null)
        throw new Error(`${command.cmd.join(" ")} has ended:\n${server.#stderr}`);
      await delay(25);
    }
    return server;
  }

  async stop(signal: EndSignal): Promise<void> {
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), killAfterMs);
    this.#child.kill(signal);
    await this.#ended;
    clearTimeout(kill);
  }
}
