import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { PluginError } from "../errors.ts";
import { isRecord } from "../models/records.ts";
import { packageVersion } from "../package-version.ts";
import type { Handshake } from "./handshake.ts";
import { isAnswer, isJsonObject, readAnswerBody } from "./message.ts";

const version = "2026-07-28";
const discoverId = 0;

/** What every request carries where there is no session that knows it. */
export const sessionlessMeta: Readonly<Record<string, unknown>> = {
  "io.modelcontextprotocol/protocolVersion": version,
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "mcp-tether", version: packageVersion },
};

/**
 * Asks a server without sessions what it is. Nothing of it lasts: each later request is complete by itself.
 *
 * @throws PluginError of phase `initializing`: `INITIALIZE_FAILED`, `VERSION_UNSUPPORTED`, or what the channel failed with
 */
export async function discover(plugin: string, transport: Transport): Promise<Handshake> {
  transport.setProtocolVersion?.(version);
  await transport.start();
  const answer = new Promise<unknown>((resolve, reject) => {
    transport.onmessage = (message: unknown) => {
      if (isJsonObject(message) && isAnswer(message) && message.id === discoverId) resolve(message);
    };
    const params = { _meta: sessionlessMeta };
    const request = { jsonrpc: "2.0" as const, id: discoverId, method: "server/discover", params };
    transport.send(request).catch(reject);
    transport.onclose = () => reject(failed(plugin, "closed the connection"));
  });
  return readDiscovery(plugin, await answer);
}

function readDiscovery(plugin: string, message: unknown): Handshake {
  const body = isJsonObject(message) ? readAnswerBody(message) : undefined;
  if (body && "error" in body)
    throw failed(plugin, `answered it with the JSON-RPC error ${body.error.code}`);
  const result = body?.result;
  if (!isRecord(result)) throw failed(plugin, "answered it with something that is no result of it");
  const { supportedVersions, serverInfo }: { supportedVersions?: unknown; serverInfo?: unknown } =
    result;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(version))
    throw new PluginError({
      code: "VERSION_UNSUPPORTED",
      message: `Plugin ${plugin} does not speak version ${version} of MCP`,
      plugin,
      phase: "initializing",
    });
  return { serverInfo: readServerInfo(serverInfo), protocolVersion: version };
}

function readServerInfo(given: unknown): Handshake["serverInfo"] {
  const { name, version }: { name?: unknown; version?: unknown } = isRecord(given) ? given : {};
  return typeof name === "string" && typeof version === "string" ? { name, version } : null;
}

function failed(plugin: string, what: string): PluginError {
  return new PluginError({
    code: "INITIALIZE_FAILED",
    message: `server/discover of plugin ${plugin} failed: the server ${what}`,
    plugin,
    phase: "initializing",
  });
}
