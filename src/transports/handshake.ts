import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { PluginError } from "../errors.ts";
import { packageVersion } from "../package-version.ts";
import { longestTimerMs } from "../timer-range.ts";

/** What the server said of itself. Untrusted. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

export interface Handshake {
  readonly serverInfo: ServerInfo | null;
  /** The version that both speak */
  readonly protocolVersion: string | null;
}

// The SDK only says so in words, and its version is pinned: a test holds the two together.
const unsupportedVersion = "Server's protocol version is not supported";

/**
 * Runs the MCP handshake over a channel's transport, which the SDK's client serves from then on: it answers pings and refuses
 * whatever else the server asks. How long it may take is the caller's business, who closes the channel.
 *
 * @throws PluginError of phase `initializing`: `INITIALIZE_FAILED`, `VERSION_UNSUPPORTED`, or what the channel failed with
 */
export async function shakeHands(plugin: string, transport: Transport): Promise<Handshake> {
  const client = new Client({ name: "mcp-tether", version: packageVersion }, { capabilities: {} });
  const negotiated = noteVersion(transport);
  try {
    await client.connect(transport, { timeout: longestTimerMs });
  } catch (thrown) {
    throw explain(plugin, thrown);
  }
  const { name, version } = client.getServerVersion() ?? {};
  return {
    serverInfo: name === undefined || version === undefined ? null : { name, version },
    protocolVersion: negotiated(),
  };
}

/** The client tells the transport which version was agreed on, and nobody else. */
function noteVersion(transport: Transport): () => string | null {
  let negotiated: string | null = null;
  const pass = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    negotiated = version;
    pass?.(version);
  };
  return () => negotiated;
}

function explain(plugin: string, thrown: unknown): PluginError {
  if (PluginError.is(thrown)) return thrown;
  if (thrown instanceof Error && thrown.message.startsWith(unsupportedVersion))
    return new PluginError({
      code: "VERSION_UNSUPPORTED",
      message: `Plugin ${plugin} speaks no version of MCP that is known here: update the older of the two`,
      plugin,
      phase: "initializing",
    });
  const why =
    thrown instanceof McpError
      ? `answered it with the JSON-RPC error ${thrown.code}`
      : "answered it with something that is no initialize result";
  return new PluginError({
    code: "INITIALIZE_FAILED",
    message: `The MCP handshake with plugin ${plugin} failed: the server ${why}`,
    plugin,
    phase: "initializing",
  });
}
