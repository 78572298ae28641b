import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  allow,
  definePlugin,
  type PluginServer,
  type ServeHttpOptions,
  servePlugins,
} from "../../../src/server/index.ts";
import type { Channel, WireCall } from "../../../src/transports/channel.ts";
import { type Certificate, CertificateMaker } from "../../server/support/certificates.ts";
import { eventually } from "../../server/support/eventually.ts";
import { invocation } from "../../server/support/line-client.ts";
import { afterwards, type ChannelLog, readyChannel } from "./harness.ts";

// The channel against the servers of this library.

let folder: string;
let authority: Certificate;
let ours: Certificate;
let client: Certificate;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "own-server-"));
  const make = new CertificateMaker(folder);
  authority = make.authority("authority");
  ours = make.signed("server", authority);
  client = make.signed("client", authority);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ran: string[] = [];
const held: { promise: Promise<void>; release: () => void } = {
  promise: Promise.resolve(),
  release: () => {},
};

const guard = definePlugin({
  name: "Guard",
  hooks: {
    tool_pre_invoke: async ({ name }) => {
      ran.push(name);
      if (name === "hold") await held.promise;
      return allow();
    },
  },
});

async function serve(options: Partial<ServeHttpOptions> = {}): Promise<PluginServer> {
  const place = options.uds === undefined ? { host: "localhost", port: 0 } : {};
  const server = await servePlugins([guard], {
    transport: "http",
    handleSignals: false,
    ...place,
    ...options,
  });
  afterwards(() => server.close());
  return server;
}

function hook(id: number, name: string): WireCall {
  const args = invocation("Guard", { name, args: {} });
  return { id, params: JSON.stringify({ name: "invoke_hook", arguments: args }) };
}

const answer = (id: number): object => ({ id, body: { result: { content: [{ type: "text" }] } } });

async function callOnce(channel: Channel, log: ChannelLog): Promise<void> {
  channel.call([hook(1, "search")]);
  await log.until(({ order }) => order.length === 1);
  expect(log.answers).toMatchObject([answer(1)]);
}

test.each<[string, Partial<ServeHttpOptions>]>([
  ["streams of events", {}],
  ["JSON documents", { jsonResponse: true }],
  ["streams and no sessions", { stateless: true }],
  ["JSON and no sessions", { stateless: true, jsonResponse: true }],
])("calls a server that answers with %s", async (_, options) => {
  const server = await serve(options);
  const { channel, log } = await readyChannel(server.url ?? "");
  await callOnce(channel, log);
  expect(channel.evidence().sessionId === null).toBe(options.stateless ?? false);
  await channel.close();
});

test("calls a server through a Unix socket", async () => {
  const server = await serve({ uds: path.join(folder, "guard.sock") });
  const url = "http://localhost/mcp";
  const mcp = { url, uds: server.uds ?? "" };
  const { channel, log } = await readyChannel(url, { mcp });
  await callOnce(channel, log);
});

test("calls a server that wants a client certificate", async () => {
  const server = await serve({ tls: { ...ours, ca_bundle: authority.certfile } });
  const url = server.url ?? "";
  const tls = { ...client, ca_bundle: authority.certfile, verify: true, check_hostname: true };
  const { channel, log } = await readyChannel(url, { mcp: { url, tls } });
  await callOnce(channel, log);
});

test("many calls at a time are each answered once", async () => {
  const server = await serve();
  const { channel, log } = await readyChannel(server.url ?? "");
  ran.length = 0;
  const ids = Array.from({ length: 64 }, (_, id) => id);
  channel.call(ids.map((id) => hook(id, `tool-${id}`)));
  await log.until(({ answers }) => answers.length === 64);
  const sort = (all: readonly number[]): number[] => all.toSorted((a, b) => a - b);
  expect(sort(log.answers.map(({ id }) => id))).toEqual(ids);
  expect(new Set(ran).size).toBe(64);
  expect(ran).toHaveLength(64);
});

test("the end of a session is the end of it on the server, too", async () => {
  const server = await serve();
  const url = server.url ?? "";
  const { channel, log } = await readyChannel(url);
  await callOnce(channel, log);
  const session = channel.evidence().sessionId ?? "";
  await channel.close();
  const response = await fetch(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": session,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  expect(response.status).toBe(404);
  await response.text();
});

test("a server that is there again with its sessions gone loses them, and ran nothing", async () => {
  const server = await serve();
  const url = server.url ?? "";
  const { channel, log } = await readyChannel(url);
  await callOnce(channel, log);
  await server.close();
  await serve({ port: Number(new URL(url).port) });
  ran.length = 0;
  channel.call([hook(2, "search"), hook(3, "search")]);
  await log.until(({ losses }) => losses.flatMap(({ ended }) => ended).length === 2);
  expect(log.losses.flatMap(({ unsent }) => unsent).toSorted()).toEqual([2, 3]);
  expect(log.losses[0]).toMatchObject({
    error: { code: "SESSION_LOST", status: 404 },
    alive: true,
  });
  expect(ran).toEqual([]);
});

test("a server that ends lets a call that runs come to its end", async () => {
  held.promise = new Promise((resolve) => {
    held.release = resolve;
  });
  const server = await serve();
  const { channel, log } = await readyChannel(server.url ?? "");
  ran.length = 0;
  channel.call([hook(1, "hold")]);
  await eventually(() => ran.length === 1);
  const ending = server.close();
  held.release();
  await log.until(({ order }) => order.length === 1);
  expect(log.answers).toMatchObject([answer(1)]);
  await ending;
  channel.call([hook(2, "search")]);
  expect(await log.loss()).toMatchObject({ ended: [2], unsent: [2] });
});
