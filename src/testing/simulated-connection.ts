import { deliveriesOf, durationOf, messageBytes } from "./answer-bytes.ts";
import type { Fault } from "./faults.ts";
import type { HttpSessions } from "./http-sessions.ts";
import { type HttpRequest, RequestReader } from "./request-reader.ts";
import {
  type Exchange,
  type Peer,
  type Refusal,
  type SimulatedServer,
  sessionGone,
  strike,
} from "./simulated-server.ts";
import { SimulatedSocket } from "./simulated-socket.ts";
import type { TimeLine } from "./time-line.ts";
import { Wire } from "./wire.ts";
import type { WorldLog } from "./world-events.ts";

export interface ConnectionSpec {
  readonly id: number;
  readonly server: SimulatedServer;
  readonly line: TimeLine;
  readonly log: WorldLog;
  /** One way */
  readonly latencyMs: number;
  readonly maxMessageBytes: number;
  /** Whether answers are streams of events */
  readonly streams: boolean;
  /** Faults that are not of one connection */
  readonly strikeWorld: (fault: Fault) => void;
  /** Sees what the client writes */
  readonly sent?: ((text: string) => void) | undefined;
  readonly sessions: HttpSessions;
  readonly gone: (connection: SimulatedConnection) => void;
}

/** A connection between the client and a plugin server over HTTP: both of its ends, and the network in between. */
export class SimulatedConnection implements Peer {
  readonly id: number;
  readonly socket: SimulatedSocket;
  readonly #spec: ConnectionSpec;
  readonly #requests: Wire;
  readonly #responses: Wire;
  #isOpen = true;
  #isEstablished = false;
  #postponed: (() => void)[] | undefined;

  constructor(spec: ConnectionSpec) {
    this.#spec = spec;
    this.id = spec.id;
    const { line, latencyMs } = spec;
    this.socket = new SimulatedSocket({
      sent: (chunk) => {
        spec.sent?.(chunk.toString());
        this.#requests.send(chunk);
      },
      closed: () => this.#close(),
    });
    const reader = new RequestReader((request) => this.#receive(request));
    this.#requests = new Wire(line, latencyMs, {
      bytes: (chunk) => reader.push(chunk),
      ended: () => {},
    });
    this.#responses = new Wire(line, latencyMs, {
      bytes: (chunk) => this.socket.arrive(chunk),
      ended: (isReset) => this.socket.leave(isReset),
    });
  }

  /** The server has accepted it. */
  establish(): void {
    if (!this.#isOpen) return;
    this.#isEstablished = true;
    this.#spec.log.tell({ type: "opened", what: "connection", id: this.id });
    this.socket.emit("connect");
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  whenAwake(work: () => void): void {
    if (this.#postponed) this.#postponed.push(work);
    else work();
  }

  freeze(): void {
    if (this.#postponed) return;
    this.#postponed = [];
    this.#requests.hold();
  }

  thaw(): void {
    const postponed = this.#postponed ?? [];
    this.#postponed = undefined;
    for (const work of postponed) work();
    this.#requests.release();
  }

  /** The server closes it. What it has said before still arrives. */
  hangUp(isReset: boolean): void {
    this.#leave();
    this.#responses.finish(isReset);
  }

  strike(fault: Fault): void {
    if (fault.kind === "cut") this.hangUp(true);
    else this.#spec.strikeWorld(fault);
  }

  #close(): void {
    this.#responses.cut();
    this.#leave();
  }

  #leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#requests.cut();
    const { log } = this.#spec;
    if (this.#isEstablished) log.tell({ type: "closed", what: "connection", id: this.id });
    this.#spec.server.leave(this, "disconnected");
    this.#spec.gone(this);
  }

  #receive(request: HttpRequest): void {
    if (request.method === "POST") this.#post(request);
    else if (request.method === "DELETE") this.#delete(request);
    else this.#respond(405);
  }

  #post({ headers, body }: HttpRequest): void {
    const { sessions, server } = this.#spec;
    const message = JSON.parse(body);
    const isHandshake = message.method === "initialize";
    if (!isHandshake && !sessions.knows(headers.get(sessionHeader))) {
      this.#refuse(sessionGone);
      return;
    }
    server.receive(message, this.#exchange(isHandshake));
    if (message.id === undefined) this.#respond(202);
  }

  #delete({ headers }: HttpRequest): void {
    const id = headers.get(sessionHeader);
    if (!this.#spec.sessions.knows(id)) {
      this.#refuse(sessionGone);
      return;
    }
    this.#spec.sessions.end(id);
    this.#respond(200);
  }

  #exchange(isHandshake: boolean): Exchange {
    return {
      peer: this,
      answer: (message, faults) => {
        const isSuccess = "result" in message;
        const session = isHandshake && isSuccess ? this.#spec.sessions.begin() : undefined;
        const headers = session === undefined ? "" : `${sessionHeader}: ${session}\r\n`;
        this.#answer(message, faults, headers);
      },
      refuse: (fault) => this.#refuse(fault),
    };
  }

  #answer(message: object, faults: readonly Fault[], extraHeaders: string): void {
    const isTwice = faults.some(({ kind }) => kind === "duplicate");
    const bytes = messageBytes(message, faults, this.#spec.maxMessageBytes);
    const response =
      this.#spec.streams || isTwice
        ? streamOf(isTwice ? [bytes, bytes] : [bytes], extraHeaders)
        : jsonOf(bytes, extraHeaders);
    this.#send(response, faults);
  }

  #refuse({ status, headers, body }: Refusal): void {
    this.#respond(status, body, headers);
  }

  #respond(status: number, body = "", headers: Readonly<Record<string, string>> = {}): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${status} Simulated\r\n${lines.join("")}${keepAlive}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    this.#send(Buffer.from(head + body), []);
  }

  #send(response: Buffer, faults: readonly Fault[]): void {
    if (!this.#isOpen) return;
    const deliveries = deliveriesOf(response, faults);
    for (const { chunk, afterMs } of deliveries) this.#responses.send(chunk, afterMs);
    if (faults.length === 0) return;
    this.#spec.line.set(() => {
      if (!this.#isOpen) return;
      strike(this, faults, "answering");
      strike(this, faults, "answered");
    }, durationOf(deliveries));
  }
}

const sessionHeader = "mcp-session-id";
/** The client would otherwise close connections by its own clock, which is not the simulated one. */
const keepAlive = "keep-alive: timeout=86400\r\n";

function jsonOf(body: Buffer, extraHeaders: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${keepAlive}${extraHeaders}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function streamOf(events: readonly Buffer[], extraHeaders: string): Buffer {
  const parts: Buffer[] = [
    Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${keepAlive}${extraHeaders}transfer-encoding: chunked\r\n\r\n`,
    ),
  ];
  for (const data of events) {
    const event = Buffer.concat([Buffer.from("event: message\ndata: "), data, Buffer.from("\n\n")]);
    parts.push(Buffer.from(`${event.length.toString(16)}\r\n`), event, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return Buffer.concat(parts);
}
