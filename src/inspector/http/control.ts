import type { IncomingMessage } from "node:http";
import type { Recorder, Watched } from "../recorder.ts";

const commands = ["start", "stop", "reconnect"] as const;

interface Order {
  readonly connection: number;
  readonly command: (typeof commands)[number];
}

const mostBytes = 1_000;
/** What is with a plugin may be answered before it is stopped. */
const drainMs = 1_000;

/** Carries out what the page asks for. @returns the status to answer with */
export async function control(recorder: Recorder, request: IncomingMessage): Promise<number> {
  if (request.headers["content-type"] !== "application/json") return 415;
  const text = await readBody(request);
  if (text === undefined) return 413;
  const order = readOrder(text);
  if (order === undefined) return 400;
  const watched = recorder.watched.get(order.connection);
  if (watched === undefined) return 404;
  carryOut(watched, order.command);
  return 202;
}

/** What becomes of it shows in the page as everything does. */
function carryOut({ plugin, actor }: Watched, command: Order["command"]): void {
  if (plugin === undefined) {
    if (command === "stop") actor().send({ type: "plugin.stop", drainMs });
    else actor().send({ type: `plugin.${command}` });
    return;
  }
  const done = {
    start: () => plugin.initialize(),
    stop: () => plugin.shutdown({ drainMs }),
    reconnect: () => plugin.reconnect(),
  }[command]();
  done.catch(() => {});
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function readOrder(text: string): Order | undefined {
  try {
    const { connection, command } = JSON.parse(text);
    return Number.isSafeInteger(connection) && commands.includes(command)
      ? { connection, command }
      : undefined;
  } catch {
    return undefined;
  }
}
