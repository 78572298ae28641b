import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { eventually } from "./eventually.ts";

/** A TCP or Unix connection that writes what it is told to, and keeps what it reads. */
export class RawSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received = "";

  private constructor(options: NetConnectOpts) {
    this.socket = connect(options).setEncoding("utf8");
    this.socket.on("data", (text: string) => {
      this.received += text;
    });
    // A server that closes may reset what it has not read.
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  static async open(options: NetConnectOpts): Promise<RawSocket> {
    const opened = new RawSocket(options);
    await once(opened.socket, "connect");
    return opened;
  }

  post(body: string, headers: Record<string, string> = {}): void {
    const lines = Object.entries({
      host: "localhost",
      accept: "*/*",
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`POST /mcp HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  }

  async receives(text: string, times = 1): Promise<void> {
    await eventually(() => this.received.split(text).length > times);
  }
}
