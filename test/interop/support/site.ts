import type { McpInput } from "../../../src/models/plugin-config.ts";
import type { Answer } from "../../server/support/line-client.ts";

/** A client that knows nothing but messages: what it sees is what is on the wire. */
export interface BareClient {
  request(method: string, params?: unknown): Promise<Answer>;
  close(): Promise<unknown>;
}

/** A running plugin server, or over stdio what starts one. */
export interface Site {
  /** How a host is told to reach it */
  readonly mcp: McpInput;
  connect(): Promise<BareClient>;
  close(): Promise<void>;
}

/** How a server is told to end: so that it can say goodbye, or not. */
export type EndSignal = "SIGTERM" | "SIGKILL";

/** A server that can be lost while its clients are connected. */
export interface HttpSite extends Site {
  readonly url: string;
  readonly uds: string | undefined;
  /** Ends the server, and starts another one at the same address. It knows none of the sessions. */
  restart(signal: EndSignal): Promise<void>;
}
