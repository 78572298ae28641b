import type net from "node:net";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { HttpMcpConfig } from "../../models/plugin-config.ts";
import type { HeadersOption, UrlPolicy } from "../../options.ts";

/** The HTTP part of a plugin's `mcp` config. */
export type HttpMcp = Pick<HttpMcpConfig, "url" | "uds" | "tls">;

/** Makes a connection without TLS. A simulation of a network takes its place in tests. */
export type DialPort = (host: string, port: number) => net.Socket;

export interface HttpSpec {
  /** Name of the plugin, for errors */
  readonly plugin: string;
  readonly mcp: HttpMcp;
  /** Largest answer, after decompression */
  readonly maxMessageBytes: number;
  /** How long a connection may take to be made. Default 10 000 */
  readonly connectMs?: number | undefined;
  /** Connections at a time. Default: no limit of its own */
  readonly maxConnections?: number | undefined;
  /** How long a connection is kept that nothing uses. Default: undici's 4 000 */
  readonly keepAliveMs?: number | undefined;
  /** How long the end of a session may take: the answer to its DELETE */
  readonly closeMs: number;
  /** Sent with every request. A function is asked per opening, and once more after a 401 */
  readonly headers?: HeadersOption | undefined;
  readonly urlPolicy?: UrlPolicy | undefined;
  /** Whether plugin text may be logged */
  readonly exposePluginText: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default: real sockets */
  readonly dial?: DialPort | undefined;
}
