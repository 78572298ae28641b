import net from "node:net";
import tls from "node:tls";
import type { buildConnector } from "undici";
import type { Clock } from "../../clock.ts";
import type { Endpoint } from "./endpoint.ts";
import type { DialPort, HttpSpec } from "./http-spec.ts";
import { codeOf } from "./system-code.ts";
import type { TlsMaterial } from "./tls-material.ts";

const connectMsDefault = 10_000;
/** A peer that went without a word is noticed */
const keepAliveMs = 15_000;

/** A connection that did not come about. */
export class ConnectFailure extends Error {
  readonly code: string;
  /** The peer was reached, and TLS failed */
  readonly isTls: boolean;

  constructor(code: string, isTls: boolean) {
    super(`connect ${code}`);
    this.code = code;
    this.isTls = isTls;
  }
}

type Done = (failure: ConnectFailure | null, socket: net.Socket) => void;

/** Makes the connections of one opening, and knows all of them, so that none outlives it. */
export class Connector {
  readonly #endpoint: Endpoint;
  readonly #tls: TlsMaterial | undefined;
  readonly #clock: Clock;
  readonly #dial: DialPort;
  readonly #connectMs: number;
  readonly #sockets = new Map<net.Socket, Promise<void>>();
  #first: net.Socket | undefined;
  #isDestroyed = false;
  #asksForCertificate = false;

  /** `tls` is needed for an endpoint that is secure. */
  constructor(
    endpoint: Endpoint,
    tls: TlsMaterial | undefined,
    { clock, connectMs, dial }: Pick<HttpSpec, "clock" | "connectMs" | "dial">,
  ) {
    this.#endpoint = endpoint;
    this.#tls = tls;
    this.#clock = clock;
    this.#connectMs = connectMs ?? connectMsDefault;
    this.#dial = dial ?? ((host, port) => net.connect({ host, port }));
  }

  /** Whether the server has asked for a client certificate */
  get asksForCertificate(): boolean {
    return this.#asksForCertificate;
  }

  /** Makes the connection that the first request will use. Rejects with a {@link ConnectFailure}. */
  open(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#connect((failure, connected) => {
        signal.removeEventListener("abort", abort);
        if (failure) return reject(failure);
        this.#first = connected;
        resolve();
      });
      const abort = (): unknown => socket.destroy();
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  /** Gives undici its connections. */
  readonly provide: buildConnector.connector = (_, callback) => {
    const first = this.#first;
    this.#first = undefined;
    // undici does not expect an answer before the call has returned.
    if (first && !first.destroyed) queueMicrotask(() => callback(null, first));
    else
      this.#connect((failure, socket) => {
        if (failure) callback(failure, null);
        else callback(null, socket);
      });
  };

  /** Closes all connections, also those being made, and waits until they are gone. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    for (const socket of this.#sockets.keys()) socket.destroy();
    await Promise.all(this.#sockets.values());
  }

  #connect(done: Done): net.Socket {
    const socket = this.#socket();
    const closed = new Promise<void>((resolve) => {
      socket.once("close", () => {
        this.#sockets.delete(socket);
        resolve();
      });
    });
    this.#sockets.set(socket, closed);
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    let isReached = false;
    let wantsCertificate = false;
    let hasEnded = false;
    const end = (failure: ConnectFailure | null): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#clock.clearTimeout(timer);
      if (failure) socket.destroy();
      done(failure, socket);
    };
    const fail = (code: string): void => {
      const isTls = isReached && (wantsCertificate || !isDisconnection.has(code));
      end(new ConnectFailure(code, isTls));
    };
    const timer = this.#clock.setTimeout(() => fail("ETIMEDOUT"), this.#connectMs);
    socket
      .once("connect", () => {
        isReached = true;
        if (!this.#tls) end(null);
      })
      .once("secureConnect", () => {
        this.#asksForCertificate ||= asksForCertificate(socket);
        end(null);
      })
      // Before Node's own listener, which destroys what could tell.
      .prependOnceListener("end", () => {
        wantsCertificate = asksForCertificate(socket);
      })
      .on("error", (error) => fail(codeOf(error)))
      .once("close", () => fail("ECONNABORTED"));
    if (this.#isDestroyed) socket.destroy();
    return socket;
  }

  #socket(): net.Socket {
    const { host, port, uds } = this.#endpoint;
    if (uds !== undefined) return net.connect({ path: uds });
    const material = this.#tls;
    if (!material) return this.#dial(host, port);
    return tls.connect({
      host,
      port,
      // Server names are names; an address is checked all the same.
      servername: net.isIP(host) ? "" : host,
      secureContext: material.secureContext,
      // Given in any case: NODE_TLS_REJECT_UNAUTHORIZED must not decide it.
      rejectUnauthorized: material.verify,
      ALPNProtocols: ["http/1.1"],
      ...(material.checkHostname ? {} : { checkServerIdentity: () => undefined }),
    });
  }
}

// Node tells a client of it only by what came along with the server's request for a certificate.
function asksForCertificate(socket: net.Socket): boolean {
  if (!(socket instanceof tls.TLSSocket)) return false;
  const algorithms: string[] | null = socket.getSharedSigalgs();
  return algorithms !== null && algorithms.length > 0;
}

/** Says nothing about TLS by itself, even in the middle of a handshake. */
const isDisconnection: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
]);
