import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ledgerVariable } from "../plugins/ledger.ts";

const script = fileURLToPath(new URL("../plugins/policy/server.js", import.meta.url));
const stopMs = 1_500;

export interface PolicyServerOptions {
  /** Path of the ledger */
  readonly ledger: string;
  /** 0 for any that is free */
  readonly port: number;
  readonly signal: AbortSignal;
}

/** The policy guard as a process of its own that serves HTTP. Somebody else would run it; here the demo does. */
export class PolicyServer {
  readonly url: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** @throws the signal's reason, or an Error if the process ends instead of serving */
  static async start({ ledger, port, signal }: PolicyServerOptions): Promise<PolicyServer> {
    signal.throwIfAborted();
    const child = spawn(process.execPath, [script, `--port=${port}`, "--until-stdin-ends"], {
      // In a group of its own: Ctrl-C is for us, and we tell it.
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, [ledgerVariable]: ledger },
    });
    const exited = once(child, "exit");
    // However this process ends, it leaves nobody behind.
    const kill = (): boolean => child.kill("SIGKILL");
    process.once("exit", kill);
    signal.addEventListener("abort", kill);
    try {
      const url = await Promise.race([firstLine(child), failure(exited)]);
      signal.throwIfAborted();
      return new PolicyServer(child, url, exited);
    } catch (error) {
      kill();
      await exited.catch(() => {});
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", kill);
      void exited.then(
        () => process.off("exit", kill),
        () => {},
      );
    }
  }

  private constructor(child: ChildProcess, url: string, exited: Promise<unknown>) {
    this.#child = child;
    this.#exited = exited;
    this.url = url;
    this.pid = child.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** As a crash would end it, with all its sessions. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("the policy server has no output");
  const lines = createInterface(stdout);
  const [line] = await once(lines, "line");
  return String(line);
}

async function failure(exited: Promise<unknown>): Promise<never> {
  await exited;
  throw new Error("the policy server ended before it served");
}
