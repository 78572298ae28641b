import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { FetchLike, Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { Agent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type ServeHttpOptions, servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { invocation } from "./support/line-client.ts";

const fixture = fileURLToPath(new URL("../fixtures/server/stdio-server.mjs", import.meta.url));

interface Connection {
  readonly transport: Transport;
  readonly stop: () => Promise<void>;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sdk-client-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function overHttp(options: Partial<ServeHttpOptions> = {}): Promise<Connection> {
  const server = await servePlugins(plugins, {
    transport: "http",
    port: 0,
    handleSignals: false,
    ...options,
  });
  const { uds } = server;
  const agent = new Agent(uds === undefined ? {} : { connect: { socketPath: uds } });
  const fetchOver = ((url: URL, init: object) =>
    undiciFetch(url, { ...init, dispatcher: agent })) as unknown as FetchLike;
  const transport = new StreamableHTTPClientTransport(new URL(server.url ?? ""), {
    fetch: fetchOver,
  });
  const stop = async (): Promise<void> => {
    await agent.destroy();
    await server.close();
  };
  return { transport: transport as Transport, stop };
}

const connections: Record<string, () => Promise<Connection>> = {
  stdio: async () => {
    expect(inject("buildErrors")).toBe("");
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [fixture],
      stderr: "ignore",
    });
    return { transport, stop: async () => {} };
  },
  "http with sessions": overHttp,
  "http as JSON": () => overHttp({ jsonResponse: true }),
  "http without sessions": () => overHttp({ stateless: true }),
  "a Unix socket": () => overHttp({ uds: path.join(folder, "plugin.sock") }),
};

describe.each(Object.keys(connections))("the client of the MCP SDK over %s", (name) => {
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    const connect = connections[name];
    if (connect === undefined) throw new Error(name);
    connection = await connect();
    client = new Client({ name: "test", version: "0" });
    await client.connect(connection.transport);
  });

  afterAll(async () => {
    await client.close();
    await connection.stop();
  });

  test("knows whom it talks to", () => {
    expect(client.getServerVersion()?.name).toBe("MCP Plugin Server");
    expect(client.getInstructions()).toBe("External plugin server for ContextForge");
  });

  test("finds the tools, and accepts structured content", async () => {
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      "get_plugin_configs",
      "get_plugin_config",
      "invoke_hook",
    ]);
    // With the tools listed, the client checks this against the output schema.
    const listed = await client.callTool({ name: "get_plugin_configs" });
    expect((listed.structuredContent as { result: unknown[] }).result).toHaveLength(plugins.length);
  });

  test("runs many hooks at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const call = invocation("Rewrite", { name: `t${index}`, args: { text: "bad" } });
        const { content } = await client.callTool({ name: "invoke_hook", arguments: call });
        const [block] = content as { text: string }[];
        return JSON.parse(block?.text ?? "").result.modified_payload;
      }),
    );
    expect(answers).toEqual(
      Array.from({ length: 50 }, (_, index) => ({
        name: `t${index}`,
        args: { text: "good" },
        headers: null,
      })),
    );
  });

  test("is told that there are no prompts and no resources", async () => {
    expect((await client.listPrompts()).prompts).toEqual([]);
    expect((await client.listResources()).resources).toEqual([]);
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    await expect(client.getPrompt({ name: "x" })).rejects.toThrow("Unknown prompt: x");
    await expect(client.readResource({ uri: "x:y" })).rejects.toThrow("Unknown resource: x:y");
  });

  test("pings, and carries large payloads", async () => {
    await client.ping();
    const text = "ü".repeat(1_000_000);
    const call = invocation("Echo", { name: "t", result: { text } }, "tool_post_invoke");
    const { content } = await client.callTool({ name: "invoke_hook", arguments: call });
    const [block] = content as { text: string }[];
    expect(JSON.parse(block?.text ?? "").result.modified_payload.result.text === text).toBe(true);
  });
});
