import type { Logger } from "../logger.ts";
import type { HookName } from "./hook-report.ts";
import type { ServerTlsOptions } from "./http/tls.ts";

interface CommonOptions {
  /** Largest message of a client, in bytes; over HTTP the body of a request. Default 16 MiB, at most about 512 MiB */
  readonly maxMessageBytes?: number;
  /**
   * Calls whose hooks run at a time. Over stdio, further ones wait in their order, and once 1 MiB of them does, the client
   * is not read any further. Over HTTP they are refused with 503 and `Retry-After`, as are requests that would bring what
   * is in flight to more than 16 times `maxMessageBytes`. Default 1 000
   */
  readonly maxInFlight?: number;
  /** How long running calls may take to finish when the server ends, in milliseconds. Default 5 000 */
  readonly drainMs?: number;
  /**
   * End on SIGTERM and SIGINT (a second signal does not wait for running calls), and let the process exit afterwards,
   * with its exit code, normally 0, also if plugin code left timers or sockets open. Over stdio the same at the end of
   * standard input. Default true; false if the program does this itself.
   */
  readonly handleSignals?: boolean;
  /** Default: silent. Never gets payloads or plugin text */
  readonly log?: Logger;
  /**
   * Gets what a hook threw, with its stack, and what was wrong with a hook's result. Hosts only get one line of it. What
   * the listener throws is ignored. Default: none
   */
  readonly onHookError?: (error: unknown, at: HookName) => void;
}

export interface ServeStdioOptions extends CommonOptions {
  /**
   * One client, which started this process. Standard output then belongs to the protocol: what is written to
   * `process.stdout`, also by `console`, goes to standard error. What goes around it would end up between the answers:
   * let child processes not inherit it, and point loggers that write to descriptor 1 themselves, as pino does, to 2.
   */
  readonly transport: "stdio";
}

export interface ServeHttpOptions extends CommonOptions {
  readonly transport: "http";
  /** Default 127.0.0.1 */
  readonly host?: string;
  /** Default 8000; 0 for any free port */
  readonly port?: number;
  /** Path of a Unix socket to listen on instead of host and port. Only its owner can connect */
  readonly uds?: string;
  /** Default `/mcp`; `/health` is taken, and says whether the server takes calls */
  readonly path?: string;
  readonly tls?: ServerTlsOptions;
  /** No sessions: every request stands alone. Default false */
  readonly stateless?: boolean;
  /** Answer with one JSON document instead of an event stream. Default false */
  readonly jsonResponse?: boolean;
  /**
   * `Host` headers that are answered, with or without a port. Bound to loopback or to a Unix socket, the loopback names
   * always are, and nothing else by default. Bound elsewhere, the default is not to check: set this then.
   */
  readonly allowedHosts?: readonly string[];
  /** How long a session may be unused before it ends, in milliseconds. Default 30 minutes */
  readonly sessionIdleMs?: number;
  /** Sessions at a time. One more is refused with 503. Default 10 000 */
  readonly maxSessions?: number;
}

/** What `servePlugins` takes. */
export type ServeOptions = ServeStdioOptions | ServeHttpOptions;
