import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ObservedActor } from "../attachable.ts";
import type { ObservedSnapshot } from "../observed-actor.ts";
import type { Recorder, Watched } from "../recorder.ts";

const commands = ["start", "stop", "reconnect"] as const;

interface Order {
  readonly connection: number;
  readonly command: (typeof commands)[number];
}

const mostBytes = 1_000;
/** What is with a plugin may be answered before it is stopped. */
const drainMs = 1_000;

/** What the page is answered. 202: it is being done; 200: it was understood, and the message says why it is not done. */
interface Reply {
  readonly status: number;
  readonly message: string;
}

const accepted: Reply = { status: 202, message: "It has been asked for" };

/** Carries out what the page asks for. */
export async function control(recorder: Recorder, request: IncomingMessage): Promise<Reply> {
  if (request.headers["content-type"] !== "application/json")
    return { status: 415, message: "Only JSON is understood" };
  const text = await readBody(request);
  if (text === undefined) return { status: 413, message: "This is too long for an order" };
  const order = readOrder(text);
  if (order === undefined) return { status: 400, message: "This is no order" };
  const watched = recorder.watched.get(order.connection);
  if (watched === undefined) return { status: 404, message: "There is no such connection" };
  return await carryOut(watched, order.command);
}

/** What is impossible is refused at once; what becomes of the rest shows in the page as everything does. */
async function carryOut({ plugin, actor }: Watched, command: Order["command"]): Promise<Reply> {
  if (plugin === undefined) return tell(actor(), command);
  const done = {
    start: () => plugin.initialize(),
    stop: () => plugin.shutdown({ drainMs }),
    reconnect: () => plugin.reconnect(),
  }[command]();
  const refusal = done.then(
    () => accepted,
    (error: Error): Reply => ({ status: 200, message: error.message }),
  );
  return await Promise.race([refusal, nextTurn(accepted)]);
}

function tell(actor: ObservedActor, command: Order["command"]): Reply {
  const { status } = actor.getSnapshot() as ObservedSnapshot;
  if (status !== "active") return { status: 200, message: "Its actor has ended" };
  if (command === "stop") actor.send({ type: "plugin.stop", drainMs });
  else actor.send({ type: `plugin.${command}` });
  return accepted;
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
