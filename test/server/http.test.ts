import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HttpEndpoint } from "../../src/server/http/http-endpoint.ts";
import { type PluginServer, type ServeHttpOptions, servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { eventually } from "./support/eventually.ts";
import { answerIn, HttpClient } from "./support/http-client.ts";
import { replay } from "./support/http-replay.ts";
import { envelope, invocation } from "./support/line-client.ts";
import { type RawRequest, type RawResponse, rawRequest } from "./support/raw-http.ts";
import { RawSocket } from "./support/raw-socket.ts";

const json = { accept: "application/json, text/event-stream", "content-type": "application/json" };
const hex32 = /^[\da-f]{32}$/;

let folder: string;
let notes: string;
/** A file that ends slow hooks when it is there */
let until: string;
const servers: PluginServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "http-server-"));
  notes = path.join(folder, "notes");
  until = path.join(folder, "until");
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

async function start(options: Partial<ServeHttpOptions> = {}): Promise<PluginServer> {
  const server = await servePlugins(plugins, {
    transport: "http",
    port: 0,
    handleSignals: false,
    ...options,
  });
  servers.push(server);
  return server;
}

async function noted(line: string): Promise<void> {
  await eventually(async () => (await readFile(notes, "utf8").catch(() => "")).includes(line));
}

/** Starts a call of the slow plugin, and waits until its hook runs. */
async function startSlow(
  client: HttpClient,
  args: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<{ response: Promise<RawResponse> }> {
  const call = invocation("Slow", { name: "t", args: { notes, ...args } });
  const params = { name: "invoke_hook", arguments: call };
  const response = client.post({ id: "slow", method: "tools/call", params }, {}, signal);
  response.catch(() => {});
  await noted("begun");
  return { response };
}

const initialize = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "0" },
  },
};

function post(message: unknown, headers: Record<string, string> = {}): RawRequest {
  return { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(message) };
}

describe("recordings of the reference server", () => {
  test("statuses and bodies are the same, in the recorded order", async () => {
    for (const { recorded, answer } of await replay(await start())) {
      const { request, response } = recorded;
      // A redirect to the same address says nothing; we answer there.
      if (response.status === 307) continue;
      expect({ request, status: answer.status }).toEqual({ request, status: response.status });
      const type = "content-type";
      if (type in response.headers)
        expect({ request, type: answer.headers[type] }).toMatchObject({
          type: response.headers[type],
        });
      // What is in successful answers, other tests compare. We also know the first version of the protocol.
      if (response.headers[type] !== "text/event-stream")
        expect(answer.body.replace("2024-10-07, ", "")).toBe(response.body);
    }
  });

  test("both spellings of the path are answered", async () => {
    const server = await start({ path: "/plugins/mcp" });
    for (const spelling of ["/plugins/mcp", "/plugins/mcp/", "/plugins/mcp?x=1"]) {
      const answer = await rawRequest(server, { ...post(initialize), path: spelling });
      expect(answer.status).toBe(200);
    }
    expect((await rawRequest(server, { ...post(initialize), path: "/mcp" })).status).toBe(404);
  });
});

describe("sessions", () => {
  test("each client gets an id of its own that cannot be guessed", async () => {
    const server = await start();
    const ids = await Promise.all(
      [1, 2, 3].map(
        async () => (await rawRequest(server, post(initialize))).headers["mcp-session-id"],
      ),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(hex32);
  });

  test("an initialize that fails leaves no session and gives no id", async () => {
    const server = await start({ maxSessions: 1 });
    const broken = await rawRequest(server, post({ ...initialize, params: {} }));
    expect(answerIn(broken).error).toBeDefined();
    expect(broken.headers).not.toHaveProperty("mcp-session-id");
    expect((await rawRequest(server, post(initialize))).headers).toHaveProperty("mcp-session-id");
  });

  test("one too many is refused, until one has ended", async () => {
    const server = await start({ maxSessions: 1 });
    const client = await HttpClient.start(server);
    const refused = await rawRequest(server, post(initialize));
    expect([refused.status, JSON.parse(refused.body).error.message]).toEqual([
      503,
      "Too many open sessions",
    ]);
    await client.close();
    expect((await rawRequest(server, post(initialize))).status).toBe(200);
  });

  test("a deleted session tells its running hooks", async () => {
    const client = await HttpClient.start(await start());
    const { response } = await startSlow(client, { ms: 60_000 });
    expect((await client.close())?.status).toBe(200);
    await expect(response).rejects.toThrow();
    await noted("aborted AbortError");
  });

  test("an id of a request that is still running cannot be used again", async () => {
    const client = await HttpClient.start(await start());
    const { response } = await startSlow(client, { until });
    const second = await client.post({ id: "slow", method: "ping" });
    await writeFile(until, "");
    expect([second.status, JSON.parse(second.body).error.message]).toEqual([
      400,
      "Bad Request: This request id is in use",
    ]);
    expect(envelope(answerIn(await response))).toHaveProperty("result");
  });

  test("without sessions nothing is remembered, and GET and DELETE are refused", async () => {
    const server = await start({ stateless: true });
    const answer = await rawRequest(server, post(initialize));
    expect(answer.headers).not.toHaveProperty("mcp-session-id");
    // The id of a session that another server gave is of no interest here.
    const listed = await rawRequest(
      server,
      post({ jsonrpc: "2.0", id: 1, method: "tools/list" }, { "mcp-session-id": "other" }),
    );
    expect(answerIn(listed).result?.tools).toHaveLength(3);
    for (const method of ["GET", "DELETE", "PUT"]) {
      const refused = await rawRequest(server, { method, headers: json });
      expect([refused.status, refused.headers.allow]).toEqual([405, "POST"]);
    }
  });

  test("the stream for messages of the server stays open, once, until the session ends", async () => {
    const server = await start();
    const client = await HttpClient.start(server);
    const headers = { accept: "text/event-stream", ...client.headers };
    const stream = rawRequest(server, { headers });
    const another = async (): Promise<number> => (await rawRequest(server, { headers })).status;
    await eventually(async () => (await Promise.race([another(), stream])) === 409);
    await client.close();
    expect(await stream).toMatchObject({ status: 200, body: "" });
    expect(await another()).toBe(404);
  });
});

test.each(["GET", "HEAD"])("the health check answers %s", async (method) => {
  const server = await start();
  const { status, headers, body } = await rawRequest(server, { method, path: "/health" });
  expect({ status, length: headers["content-length"] }).toEqual({ status: 200, length: "20" });
  expect(body).toBe(method === "GET" ? '{"status":"healthy"}' : "");
});

describe("requests", () => {
  test.each([
    ["an unknown path", { path: "/other" }, 404],
    ["an unknown method", { method: "PUT" }, 405],
    ["an order to the health check", { method: "POST", path: "/health" }, 405],
    ["GET without its type", { headers: { accept: "application/json" } }, 406],
    ["GET without a session", { headers: { accept: "text/event-stream" } }, 400],
    [
      "POST of something else",
      { method: "POST", headers: { ...json, "content-type": "text/plain" } },
      400,
    ],
    ["no JSON", { method: "POST", headers: json, body: "{oops" }, 400],
    ["no UTF-8", { method: "POST", headers: json, body: Buffer.of(0x22, 0xff, 0x22) }, 400],
    ["a batch", post([initialize]), 400],
    ["something that is no message", post({ hello: 1 }), 400],
  ])("%s is refused with its status", async (_what, request: RawRequest, status) => {
    const server = await start();
    expect((await rawRequest(server, request)).status).toBe(status);
  });

  test("accepting everything is enough", async () => {
    const server = await start();
    const answer = await rawRequest(server, post(initialize, { accept: "*/*" }));
    expect(answer.status).toBe(200);
  });

  test("a server that answers JSON does not ask clients to accept event streams", async () => {
    const server = await start({ jsonResponse: true });
    const accepted = await rawRequest(server, post(initialize, { accept: "application/json" }));
    expect(accepted).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
    });
    const refused = await rawRequest(server, post(initialize, { accept: "text/event-stream" }));
    expect(JSON.parse(refused.body).error.message).toBe(
      "Not Acceptable: Client must accept application/json",
    );
  });

  test.each([
    ["declared", {}],
    ["chunked", { "transfer-encoding": "chunked" }],
  ])("a body over the limit is refused, its length %s", async (_how, headers) => {
    const server = await start({ maxMessageBytes: 1_000 });
    const fits = await rawRequest(server, post(initialize, headers));
    expect(fits.status).toBe(200);
    const tooLong = { ...initialize, padding: "x".repeat(1_000) };
    const refused = await rawRequest(server, post(tooLong, headers));
    expect(refused).toMatchObject({ status: 413, body: "Request body too large" });
    expect(refused.headers.connection).toBe("close");
  });

  test("a body whose declared length is over the limit is not waited for", async () => {
    const server = await start({ maxMessageBytes: 1_000 });
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    connection.post("{", { "content-length": "1001" });
    await connection.receives("413 Payload Too Large");
    await connection.closed;
  });

  test("many requests on one connection, one after another and all refused, keep it open", async () => {
    const server = await start();
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    for (let count = 1; count <= 3; count++) {
      connection.post('{"jsonrpc":"2.0","id":1,"method":"ping"}', { "mcp-session-id": "gone" });
      await connection.receives("Session not found", count);
    }
    expect(connection.received).not.toMatch(/connection: close/i);
    connection.socket.destroy();
  });

  test("a client that leaves in the middle of a body leaves nothing behind", async () => {
    const server = await start();
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    connection.post("{", { "content-length": "100" });
    connection.socket.end();
    await connection.closed;
    await server.close();
  });
});

describe("cancelling", () => {
  test("a client that leaves aborts the signal of its hook", async () => {
    const client = await HttpClient.start(await start());
    const leave = new AbortController();
    const { response } = await startSlow(client, { ms: 60_000 }, leave.signal);
    leave.abort();
    await expect(response).rejects.toThrow();
    await noted("aborted AbortError");
    // Its id can be used again.
    expect((await client.post({ id: "slow", method: "ping" })).status).toBe(200);
  });

  test.each([false, true])(
    "a cancelled call is answered and its request ends, as JSON: %s",
    async (jsonResponse) => {
      const client = await HttpClient.start(await start({ jsonResponse }));
      const { response } = await startSlow(client, { ms: 60_000 });
      const cancelled = await client.post({
        method: "notifications/cancelled",
        params: { requestId: "slow" },
      });
      expect(cancelled.status).toBe(202);
      expect(answerIn(await response).error).toEqual({ code: 0, message: "Request cancelled" });
      await noted("aborted AbortError");
    },
  );

  test("the id of a call whose client has left stays in use until its hook has ended", async () => {
    const client = await HttpClient.start(await start());
    const leave = new AbortController();
    const { response } = await startSlow(client, { until, deaf: true }, leave.signal);
    leave.abort();
    await expect(response).rejects.toThrow();
    // Answered now, it would get the answer of the call before.
    expect((await client.post({ id: "slow", method: "ping" })).status).toBe(400);
    await writeFile(until, "");
    await noted("done");
    expect(answerIn(await client.post({ id: "slow", method: "ping" })).result).toEqual({});
  });

  test("calls that wait for each other on one connection are all aborted when it breaks", async () => {
    const server = await start({ drainMs: 60_000 });
    const client = await HttpClient.start(server);
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    const session = { "mcp-session-id": client.headers["mcp-session-id"] ?? "" };
    const calls = 12;
    for (let id = 1; id <= calls; id++) {
      const call = invocation("Slow", { name: "t", args: { notes, ms: 60_000 } });
      const params = { name: "invoke_hook", arguments: call };
      connection.post(
        JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params }),
        session,
      );
    }
    const count = async (line: string): Promise<number> =>
      (await readFile(notes, "utf8").catch(() => "")).split(line).length - 1;
    await eventually(async () => (await count("begun")) === calls);
    connection.socket.destroy();
    await eventually(async () => (await count("aborted AbortError")) === calls);
    await server.close();
  });

  test("a client that does not read its answer loses its connection", async () => {
    const limits: number[] = [];
    // In place of a minute of waiting.
    vi.spyOn(ServerResponse.prototype, "setTimeout").mockImplementation(function (
      this: ServerResponse,
      limit,
      onTimeout,
    ) {
      limits.push(limit);
      if (onTimeout) setImmediate(onTimeout);
      return this;
    });
    const server = await start({ jsonResponse: true });
    const client = await HttpClient.start(server);
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    connection.socket.pause();
    const result = "x".repeat(10_000_000);
    const call = invocation("Echo", { name: "t", result }, "tool_post_invoke");
    const params = { name: "invoke_hook", arguments: call };
    connection.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }), {
      "mcp-session-id": client.headers["mcp-session-id"] ?? "",
    });
    await eventually(() => limits.length === 1);
    expect(limits).toEqual([60_000]);
    connection.socket.resume();
    await connection.closed;
    expect(connection.received.length).toBeLessThan(result.length);
  });

  test("a call can be cancelled whose id is 0", async () => {
    const client = await HttpClient.start(await start());
    const call = invocation("Slow", { name: "t", args: { notes, ms: 60_000 } });
    const response = client.post({
      id: 0,
      method: "tools/call",
      params: { name: "invoke_hook", arguments: call },
    });
    await noted("begun");
    await client.post({ method: "notifications/cancelled", params: { requestId: 0 } });
    expect(answerIn(await response).error?.message).toBe("Request cancelled");
  });
});

describe("more calls than the server takes", () => {
  test("are refused as not run, while all else is answered", async () => {
    const client = await HttpClient.start(await start({ maxInFlight: 1 }));
    const { response } = await startSlow(client, { ms: 60_000 });
    const call = invocation("Slow", { name: "t", args: { notes, ms: 1 } });
    const params = { name: "invoke_hook", arguments: call };
    const refused = await client.post({ id: 7, method: "tools/call", params });
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    expect(JSON.parse(refused.body).error.message).toBe("Too many calls");
    expect((await client.request("ping")).result).toEqual({});
    await client.post({ method: "notifications/cancelled", params: { requestId: "slow" } });
    await response;
    expect(await readFile(notes, "utf8")).toBe("begun\naborted AbortError\n");
    expect(
      envelope(answerIn(await client.post({ id: 7, method: "tools/call", params }))),
    ).toHaveProperty("result");
  });

  test("count until their hooks have ended, also if the client has left", async () => {
    const client = await HttpClient.start(await start({ maxInFlight: 1 }));
    const leave = new AbortController();
    const { response } = await startSlow(client, { until, deaf: true }, leave.signal);
    leave.abort();
    await expect(response).rejects.toThrow();
    const params = { name: "get_plugin_config", arguments: { name: "Echo" } };
    const refused = await client.post({ id: 7, method: "tools/call", params });
    expect(refused.status).toBe(503);
    await writeFile(until, "");
    await noted("done");
    expect((await client.post({ id: 7, method: "tools/call", params })).status).toBe(200);
  });

  test("are counted in bytes too, as soon as those arrive", async () => {
    const server = await start({ maxMessageBytes: 1_000 });
    const one = await HttpClient.start(server);
    const held: RawSocket[] = [];
    // All but one byte of so many bodies that there is no room for the next.
    for (let count = 0; count < 16; count++) {
      const connection = await RawSocket.open({ port: server.port ?? 0 });
      connection.post("x".repeat(999), { "content-length": "1000" });
      held.push(connection);
    }
    await eventually(async () => {
      const sent = await one.post({ id: 1, method: "ping", padding: "x".repeat(600) });
      return sent.status === 503;
    });
    for (const { socket } of held) socket.destroy();
    await eventually(async () => {
      const sent = await one.post({ id: 2, method: "ping", padding: "x".repeat(600) });
      return sent.status === 200;
    });
  });
});

describe("closing", () => {
  test("running calls are answered, new ones are not begun, and the port is free again", async () => {
    const server = await start();
    const client = await HttpClient.start(server);
    const { response } = await startSlow(client, { until });
    const idle = await RawSocket.open({ port: server.port ?? 0 });
    const closed = server.close();
    await expect(client.invoke("Echo", { name: "t" })).rejects.toThrow("ECONNREFUSED");
    await writeFile(until, "");
    expect(envelope(answerIn(await response))).toHaveProperty("result");
    await closed;
    expect(server.close()).toBe(server.closed);
    await idle.closed;
    await start({ port: server.port ?? 0 });
  });

  test("a session is disowned for calls on a connection that is still open, and health says so", async () => {
    const server = await start();
    const client = await HttpClient.start(server);
    const connection = await RawSocket.open({ port: server.port ?? 0 });
    const session = { "mcp-session-id": client.headers["mcp-session-id"] ?? "" };
    const { response } = await startSlow(client, { until });
    // This connection is busy too when the server begins to close: idle ones are closed at once.
    const call = invocation("Slow", { name: "t", args: { until, notes } });
    const params = { name: "invoke_hook", arguments: call };
    connection.post(
      JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
      session,
    );
    await eventually(async () => (await readFile(notes, "utf8")).split("begun").length === 3);
    const closed = server.close();
    const handle = vi.spyOn(HttpEndpoint.prototype, "handle");
    connection.post('{"jsonrpc":"2.0","id":2,"method":"ping"}', session);
    await eventually(() => handle.mock.calls.length === 1);
    await writeFile(until, "");
    await connection.receives("Session not found");
    expect(connection.received).toMatch(/ 200 OK[\s\S]* 404 Not Found[\s\S]*connection: close/i);
    await response;
    await closed;
  });

  test("a call that takes longer than drainMs loses its connection, and its hook is told", async () => {
    const server = await start({ drainMs: 50 });
    const client = await HttpClient.start(server);
    const { response } = await startSlow(client, { ms: 60_000 });
    await server.close();
    await expect(response).rejects.toThrow();
    await noted("aborted AbortError");
  });

  test("open streams and connections that never said anything do not delay it", async () => {
    const server = await start();
    const client = await HttpClient.start(server);
    const stream = rawRequest(server, {
      headers: { accept: "text/event-stream", ...client.headers },
    });
    const silent = await RawSocket.open({ port: server.port ?? 0 });
    await server.close();
    await Promise.all([stream.catch(() => {}), silent.closed]);
  });
});
