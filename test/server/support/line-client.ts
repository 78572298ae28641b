import {
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { writeExactly } from "./exact-json.ts";

/** The members of results that tests look at. */
export interface AnswerResult {
  readonly content?: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: { readonly result: readonly unknown[] };
  readonly isError?: boolean;
  readonly tools?: readonly unknown[];
  readonly serverInfo?: unknown;
}

export interface Answer {
  readonly jsonrpc: "2.0";
  readonly id: unknown;
  readonly result?: AnswerResult;
  readonly error?: { readonly code: number; readonly message: string };
}

const fixture = fileURLToPath(new URL("../../fixtures/server/stdio-server.mjs", import.meta.url));

/** A client that knows nothing but lines: what it sees is what is on the wire. */
export class LineClient {
  readonly child: ChildProcessWithoutNullStreams;
  /** Every line of standard output, in order */
  readonly lines: string[] = [];
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  stderr = "";
  readonly #waiting = new Map<unknown, (answer: Answer) => void>();
  #nextId = 1;

  constructor([command = "", ...args]: readonly string[], options: SpawnOptionsWithoutStdio = {}) {
    this.child = spawn(command, args, options);
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.child.stdin.on("error", () => {});
    createInterface({ input: this.child.stdout }).on("line", (line) => this.#receive(line));
    this.ended = once(this.child, "close").then(([code, signal]) => ({ code, signal }));
  }

  /** Starts the server of the fixture plugins and shakes hands. */
  static async start(options: Record<string, unknown> = {}): Promise<LineClient> {
    return await LineClient.connect([process.execPath, fixture, JSON.stringify(options)]);
  }

  /** Starts a server and shakes hands. */
  static async connect(
    command: readonly string[],
    options?: SpawnOptionsWithoutStdio,
  ): Promise<LineClient> {
    const client = new LineClient(command, options);
    await client.request("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "0" },
    });
    client.notify("notifications/initialized");
    return client;
  }

  request(method: string, params?: unknown, id: unknown = this.#nextId++): Promise<Answer> {
    const answer = this.answerTo(id);
    this.write(writeExactly({ jsonrpc: "2.0", id, method, params }));
    return answer;
  }

  /** Calls a tool without waiting for its answer. */
  send(tool: string, args: unknown): void {
    const params = { name: tool, arguments: args };
    this.write(
      JSON.stringify({ jsonrpc: "2.0", id: this.#nextId++, method: "tools/call", params }),
    );
  }

  call(tool: string, args: unknown, id?: unknown): Promise<Answer> {
    return this.request("tools/call", { name: tool, arguments: args }, id);
  }

  invoke(plugin: string, payload: unknown, hook = "tool_pre_invoke"): Promise<Answer> {
    return this.call("invoke_hook", invocation(plugin, payload, hook));
  }

  answerTo(id: unknown): Promise<Answer> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  notify(method: string, params?: unknown): void {
    this.write(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  write(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  #receive(line: string): void {
    this.lines.push(line);
    const answer = JSON.parse(line) as Answer;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}

/** The arguments of `invoke_hook`. */
export function invocation(
  plugin: string,
  payload: unknown,
  hook = "tool_pre_invoke",
  context: unknown = { global_context: { request_id: "r1" } },
): Record<string, unknown> {
  return { hook_type: hook, plugin_name: plugin, payload, context };
}

/** The envelope in the one text block of an answer. */
export function envelope(answer: Answer): Record<string, unknown> {
  return JSON.parse(textOf(answer)) as Record<string, unknown>;
}

function textOf({ result }: Answer): string {
  return result?.content?.[0]?.text ?? "";
}
