import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { discover, sessionlessMeta } from "./discover.ts";
import { type Handshake, shakeHands } from "./handshake.ts";

/**
 * What differs between the revisions of MCP, as data: how an opening begins, and what each request has to carry. Whether
 * there is a session id the server shows by giving one.
 */
export interface ProtocolEra {
  readonly begin: (plugin: string, transport: Transport) => Promise<Handshake>;
  /** Members of `_meta` */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** `initialize`, and a session that remembers it. */
export const sessionEra: ProtocolEra = { begin: shakeHands };

/** The revision of 2026-07-28. */
export const sessionlessEra: ProtocolEra = { begin: discover, meta: sessionlessMeta };
