import { randomUUID } from "node:crypto";
import http from "node:http";
import { eachLine } from "../lines.ts";
import { configText, envelopeText, type Payload } from "../workload.ts";
import { listen, transport } from "./server-options.ts";

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params: {
    readonly protocolVersion?: string;
    readonly name?: string;
    readonly arguments?: { readonly payload?: Payload };
  };
}

/** JSON text of a result. */
export type ResultText = (payload: Payload) => string;

/** The result for a payload, from parts that were made before: the client is to be measured, not the server. */
export const echo: ResultText = ({ args: { number, filling } }) => {
  const [before, after] = partsFor(filling);
  return `${before}${number}${after}`;
};

const parts = new Map<number, readonly [string, string]>();

// Payloads of the same length are the same, but for their number.
function partsFor(filling: string): readonly [string, string] {
  let made = parts.get(filling.length);
  if (made === undefined) {
    const mark = 1_234_567_890;
    const payload = { name: "get_weather", args: { number: mark, filling }, headers: null };
    const [before = "", after = ""] = toolResult(envelopeText(payload)).split(`${mark}`);
    made = [before, after];
    parts.set(filling.length, made);
  }
  return made;
}

function toolResult(text: string): string {
  return JSON.stringify({ content: [{ type: "text", text }] });
}

function answerTo({ id, method, params }: Message, resultFor: ResultText): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${outcome(method, params, resultFor)}}`;
}

function outcome(method: string, params: Message["params"], resultFor: ResultText): string {
  if (method === "tools/call") {
    const payload = params.arguments?.payload;
    return `"result":${payload ? resultFor(payload) : toolResult(configText)}`;
  }
  if (method !== "initialize") return '"error":{"code":-32601,"message":"Method not found"}';
  const { protocolVersion } = params;
  const serverInfo = { name: "fast", version: "1.0.0" };
  return `"result":${JSON.stringify({ protocolVersion, capabilities: { tools: {} }, serverInfo })}`;
}

/** A plugin server by hand, which costs as little as Node allows. */
export function serveFast(resultFor: ResultText): void {
  if (transport === "stdio") serveStdio(resultFor);
  else listen(httpServer(resultFor));
}

function serveStdio(resultFor: ResultText): void {
  let answers: string[] = [];
  eachLine(process.stdin, (line) => {
    const message: Message = JSON.parse(line);
    if (message.id === undefined) return;
    // All answers to what was read at once are one write.
    if (answers.length === 0) process.nextTick(flush);
    answers.push(answerTo(message, resultFor), "\n");
  });
  const flush = (): void => {
    process.stdout.write(answers.join(""));
    answers = [];
  };
}

function httpServer(resultFor: ResultText): http.Server {
  const session = randomUUID();
  return http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "POST") {
        response.setHeader("mcp-session-id", session);
        respond(response, JSON.parse(Buffer.concat(chunks).toString()), resultFor);
      } else {
        response.writeHead(request.method === "DELETE" ? 200 : 405).end();
      }
    });
  });
}

function respond(response: http.ServerResponse, message: Message, resultFor: ResultText): void {
  if (message.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const answer = answerTo(message, resultFor);
  if (transport === "http-sse") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`event: message\ndata: ${answer}\n\n`);
  } else {
    const length = Buffer.byteLength(answer);
    response.writeHead(200, { "content-type": "application/json", "content-length": length });
    response.end(answer);
  }
}
