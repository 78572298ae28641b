import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Connection } from "../contender.ts";
import { eachLine } from "../lines.ts";
import { callParams } from "../workload.ts";
import { type BareAnswer, hello, initialized, requestText, resultOf } from "./bare-messages.ts";

/** JSON-RPC over the pipes of a child process, and nothing else: no limits, no deadlines, no checks. */
export async function connectPipe(command: string, args: readonly string[]): Promise<Connection> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, (answer: BareAnswer) => void>();
  let lastId = 0;

  eachLine(child.stdout, (line) => {
    const answer: BareAnswer = JSON.parse(line);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = (method: string, params: object): Promise<BareAnswer> =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      child.stdin.write(`${requestText(id, method, params)}\n`);
    });

  await ask("initialize", hello);
  child.stdin.write(`${initialized}\n`);
  return {
    invoke: async (question) => resultOf(await ask("tools/call", callParams(question))),
    close: async () => {
      child.stdin.end();
      await once(child, "close");
    },
  };
}
