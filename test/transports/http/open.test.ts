import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Logger } from "../../../src/logger.ts";
import { ManualClock } from "../stdio/fake-child.ts";
import {
  afterwards,
  hookCall,
  neverAborted,
  newChannel,
  openChannel,
  readyChannel,
  startServer,
} from "./harness.ts";

/** A port that nobody listens on. */
async function deadUrl(): Promise<string> {
  const server = await startServer();
  const { url } = server;
  await server.stop();
  return url;
}

/** Takes connections and says nothing, so that TLS with it never comes about. */
async function silentServer(): Promise<{ url: string; connections: Set<net.Socket> }> {
  const connections = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    connections.add(socket);
    socket.on("error", () => {}).once("close", () => connections.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(async () => {
    server.close();
    for (const socket of connections) socket.destroy();
  });
  const { port } = server.address() as net.AddressInfo;
  return { url: `https://127.0.0.1:${port}/mcp`, connections };
}

describe("a server that is not there", () => {
  test("is CONNECT_FAILED, in the reference's words and without the query", async () => {
    const url = await deadUrl();
    const { channel } = newChannel(`${url}?token=s3cret`);
    const error = await channel.open(neverAborted).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "CONNECT_FAILED",
      phase: "connecting",
      plugin: "Guard",
      message: `External plugin 'Guard' connection failed: ${url} is not reachable (ECONNREFUSED). Please ensure the MCP server is running.`,
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("with a name that nobody knows is CONNECT_FAILED", async () => {
    const { channel } = newChannel("http://nobody.invalid/mcp");
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });

  test("is found by a new channel when it has come", async () => {
    const url = await deadUrl();
    await expect(newChannel(url).channel.open(neverAborted)).rejects.toThrow();
    await startServer({ port: Number(new URL(url).port) });
    await newChannel(url).channel.open(neverAborted);
  });
});

describe("a Unix socket", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  function folder(): string {
    const made = mkdtempSync(path.join(tmpdir(), "uds-"));
    folders.push(made);
    return made;
  }

  test("is called through, and its session is ended through it", async () => {
    const uds = path.join(folder(), "plugin.sock");
    const server = await startServer({ uds });
    const { channel, log } = await readyChannel("http://localhost/mcp", {
      mcp: { url: "http://localhost/mcp", uds },
    });
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    await channel.close();
    expect(server.requests.map(({ kind }) => kind).at(-1)).toBe("DELETE");
    expect(server.requests.every(({ headers }) => headers.host === "localhost")).toBe(true);
    await server.until(({ openConnections }) => openConnections === 0);
  });

  test("that is missing is CONNECT_FAILED, and named", async () => {
    const uds = path.join(folder(), "missing.sock");
    const { channel } = newChannel("http://localhost/mcp", {
      mcp: { url: "http://localhost/mcp", uds },
    });
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining(
        `http://localhost/mcp (uds=${uds}) is not reachable (ENOENT`,
      ),
    });
  });

  test("that is a file is CONNECT_FAILED", async () => {
    const uds = path.join(folder(), "file");
    writeFileSync(uds, "");
    const { channel } = newChannel("http://localhost/mcp", {
      mcp: { url: "http://localhost/mcp", uds },
    });
    await expect(channel.open(neverAborted)).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  test("in a folder that all may write to is warned of", async () => {
    const open = folder();
    const uds = path.join(open, "plugin.sock");
    await startServer({ uds });
    const warnings: unknown[][] = [];
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (...entry) => warnings.push(entry),
    };
    const mcp = { url: "http://localhost/mcp", uds };
    await openChannel(mcp.url, { mcp, logger });
    expect(warnings).toEqual([]);
    chmodSync(open, 0o777);
    await openChannel(mcp.url, { mcp, logger });
    expect(warnings).toEqual([
      [expect.stringContaining("writable by all users"), { plugin: "Guard" }],
    ]);
  });
});

describe("the host's policy", () => {
  test("sees the URL before anything is connected", async () => {
    const server = await startServer();
    const seen: string[] = [];
    const { channel } = newChannel(server.url, {
      urlPolicy: (url) => {
        seen.push(url.href);
        return false;
      },
    });
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "mcp.url", message: "urlPolicy refuses the URL" }],
    });
    expect(seen).toEqual([server.url]);
    expect(server.connections).toBe(0);
  });

  test("refuses by throwing too, and permits by saying nothing", async () => {
    const server = await startServer();
    const cause = new Error("not that one");
    const { channel } = newChannel(server.url, { urlPolicy: () => Promise.reject(cause) });
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      cause,
    });
    await openChannel(server.url, { urlPolicy: () => undefined });
    await openChannel(server.url, { urlPolicy: () => true });
  });

  test.each([null, 0, 1, "no", {}])("refuses by %s, which is no answer", async (verdict) => {
    const server = await startServer();
    const { channel } = newChannel(server.url, { urlPolicy: async () => verdict as never });
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "mcp.url", message: expect.stringMatching(/true or false, and has/) }],
    });
    expect(server.connections).toBe(0);
  });
});

describe("an opening", () => {
  test("is one, however often it is asked for", async () => {
    const server = await startServer();
    const { channel } = newChannel(server.url);
    await Promise.all([channel.open(neverAborted), channel.open(neverAborted)]);
    expect(server.connections).toBe(1);
  });

  test("that was aborted beforehand connects nothing", async () => {
    const server = await startServer();
    const { channel } = newChannel(server.url);
    await expect(channel.open(AbortSignal.abort())).rejects.toMatchObject({
      code: "ABORTED",
      phase: "connecting",
    });
    expect(server.connections).toBe(0);
  });

  test("that is aborted in the middle closes its connection", async () => {
    const { url, connections } = await silentServer();
    const { channel } = newChannel(url);
    const stop = new AbortController();
    const opening = channel.open(stop.signal);
    opening.catch(() => {});
    while (connections.size === 0) await new Promise(setImmediate);
    const [socket] = connections;
    const closed = new Promise((resolve) => socket?.once("close", resolve));
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
    await closed;
  });

  test("that the channel's end interrupts closes its connection", async () => {
    const { url, connections } = await silentServer();
    const { channel } = newChannel(url);
    const opening = channel.open(neverAborted);
    opening.catch(() => {});
    while (connections.size === 0) await new Promise(setImmediate);
    const [socket] = connections;
    const closed = new Promise((resolve) => socket?.once("close", resolve));
    await channel.close();
    await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
    await closed;
  });

  test("gives up on a server that never gets on with it", async () => {
    const { url, connections } = await silentServer();
    const clock = new ManualClock();
    const { channel } = newChannel(url, { clock });
    const opening = channel.open(neverAborted);
    opening.catch(() => {});
    while (connections.size === 0) await new Promise(setImmediate);
    await clock.advance(10_000);
    await expect(opening).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      cause: { code: "ETIMEDOUT" },
    });
    expect(clock.pending).toBe(0);
  });

  test("after the end of the channel is refused", async () => {
    const server = await startServer();
    const { channel } = newChannel(server.url);
    await channel.close();
    await expect(channel.open(neverAborted)).rejects.toMatchObject({ code: "ABORTED" });
    expect(server.connections).toBe(0);
  });

  test("of an address in version 6 works", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
    afterwards(async () => server.close());
    const { port } = server.address() as net.AddressInfo;
    await openChannel(`http://[::1]:${port}/mcp`);
  });
});

test("calls before the opening are nothing, and do not throw", async () => {
  const server = await startServer();
  const { channel, log } = newChannel(server.url);
  channel.call([hookCall(1)]);
  channel.cancel([1]);
  channel.kill();
  await channel.close();
  expect(log.order).toEqual([]);
});
