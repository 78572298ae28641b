import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { inject } from "vitest";
import type { McpInput } from "../../../src/models/plugin-config.ts";
import type { PluginContext } from "../../../src/models/plugin-context.ts";
import { pythonFolder } from "./python-folder.ts";

/** What a command came to. `exception`: something else than the error that this client promises. */
export interface DriverAnswer {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly exception?: string;
  readonly context?: unknown;
  readonly right?: number;
  /** The session that the client has now, over HTTP */
  readonly session?: string | null;
}

/** The reference's client in a process of its own: does one thing after another. */
export class ReferenceClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #stderr = "";

  constructor() {
    this.#child = spawn(inject("python"), ["drive_client.py"], {
      cwd: pythonFolder,
      // Its check of addresses does not know that tests are on the loopback.
      env: { ...process.env, PLUGINS_SSRF_PROTECTION_ENABLED: "false" },
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async initialise(plugin: string, mcp: McpInput): Promise<DriverAnswer> {
    return await this.#do({ do: "initialise", plugin, mcp });
  }

  async invoke(
    plugin: string,
    hook: string,
    payload: unknown,
    context: PluginContext,
  ): Promise<DriverAnswer> {
    return await this.#do({ do: "invoke", plugin, hook, payload, context });
  }

  /** Makes many calls of the plugin Rewrite. */
  async burst(count: number, atATime: number): Promise<DriverAnswer> {
    return await this.#do({ do: "burst", plugin: "Rewrite", count, at_a_time: atATime });
  }

  async shutdown(plugin: string): Promise<DriverAnswer> {
    return await this.#do({ do: "shutdown", plugin });
  }

  async end(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin.end();
    await ended;
  }

  async #do(command: object): Promise<DriverAnswer> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the reference's client has ended:\n${this.#stderr}`);
    return JSON.parse(value) as DriverAnswer;
  }
}
