/** A running plugin server. */
export interface PluginServer {
  readonly transport: "stdio" | "http";
  /** Where clients connect; undefined for stdio. For a Unix socket the part that HTTP needs: `http://localhost/mcp` */
  readonly url: string | undefined;
  readonly port: number | undefined;
  /** Path of the Unix socket, if that is what the server listens on */
  readonly uds: string | undefined;
  /** Resolves when the server has ended and everything it held is released. Never rejects */
  readonly closed: Promise<void>;
  /**
   * Takes no new calls, gives running ones `drainMs` to be answered, ends all sessions, and releases everything. Every
   * call returns the same promise, which never rejects.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
