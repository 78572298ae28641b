import { Duplex } from "node:stream";

/** The side of a connection that the network is on. */
export interface SocketPeer {
  sent(chunk: Buffer): void;
  /** The client has closed its end, with or without having said all */
  closed(): void;
}

/** The client's end of a simulated connection: a `net.Socket`, as far as undici and the connector need one. */
export class SimulatedSocket extends Duplex {
  readonly #peer: SocketPeer;

  constructor(peer: SocketPeer) {
    super({ allowHalfOpen: false });
    this.#peer = peer;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Bytes have come from the server. */
  arrive(chunk: Buffer): void {
    if (!this.destroyed) this.push(chunk);
  }

  /** The server has closed its end. */
  leave(isReset: boolean): void {
    if (this.destroyed) return;
    if (isReset) this.fail("ECONNRESET");
    else this.push(null);
  }

  fail(code: string): void {
    this.destroy(Object.assign(new Error(`simulated ${code}`), { code }));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#peer.sent(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#peer.closed();
    done(error);
  }
}
