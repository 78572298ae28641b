import { chmodSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { isMainThread } from "node:worker_threads";
import { invalidOptions } from "../invalid-input.ts";
import { hasBadCertificate, httpsOptions, type ServerTlsOptions } from "./tls.ts";
import { clearSocketPath } from "./unix-socket.ts";

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Listen on this Unix socket instead of host and port */
  readonly uds: string | undefined;
  readonly tls: ServerTlsOptions | undefined;
}

// Longer than clients keep an idle connection, so that it is they who close it: a server that does so can cross a call.
const keepAliveTimeout = 65_000;

/** An HTTP server that can be closed completely: also what has not got as far as a request. */
export class HttpListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** Resolves when connections are accepted; rejects with `CONFIG_INVALID` if that is impossible. */
  static async open(options: ListenOptions, handler: RequestListener): Promise<HttpListener> {
    const server =
      options.tls === undefined
        ? createServer({ keepAliveTimeout }, handler)
        : createTlsServer({ ...httpsOptions(options.tls), keepAliveTimeout }, handler);
    const listener = new HttpListener(server);
    const { host, port, uds } = options;
    if (uds === undefined) await bind(server, "port", () => server.listen({ host, port }));
    else await listenOnSocket(server, uds);
    return listener;
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      if (hasBadCertificate(socket)) socket.destroy();
    });
  }

  /** The port that was given or chosen; undefined for a Unix socket. */
  get port(): number | undefined {
    const address = this.#server.address() as AddressInfo | string | null;
    return typeof address === "object" ? address?.port : undefined;
  }

  /** Accepts no further connection, and closes those that are idle. */
  stopListening(): void {
    this.#server.close();
  }

  /** Closes every connection, and waits until all is gone. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  const obstacle = await clearSocketPath(path);
  if (obstacle !== undefined)
    throw invalidOptions([{ path: "uds", message: `${path} ${obstacle}` }]);
  await bind(server, "uds", () => {
    // The socket must not be open to others even for a moment. Workers cannot set the mask; chmod has to do there.
    const mask = isMainThread ? process.umask(0o177) : undefined;
    try {
      server.listen(path);
    } finally {
      if (mask !== undefined) process.umask(mask);
    }
  });
  try {
    chmodSync(path, 0o600);
  } catch (cause) {
    server.close();
    throw invalidOptions([{ path: "uds", message: "cannot be closed to other users" }], cause);
  }
}

async function bind(server: Server, path: string, begin: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void =>
      reject(invalidOptions([{ path, message: `cannot listen: ${reasonOf(error)}` }], error));
    server.once("error", onError);
    server.once("listening", () => {
      server.off("error", onError);
      // What fails now is one connection, for lack of descriptors say; the next may succeed.
      server.on("error", () => {});
      resolve();
    });
    begin();
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "EADDRINUSE":
      return "the address is in use; choose another, or port 0 for any";
    case "EACCES":
      return "permission denied; choose another address";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return "the host is no address of this machine";
    default:
      return error.code ?? error.message;
  }
}
