import { describe, expect, test, vi } from "vitest";
import type { HeadersContext } from "../../../src/options.ts";
import { event, initialized } from "../../fixtures/http/steerable-server.ts";
import {
  hookCall,
  neverAborted,
  newChannel,
  openChannel,
  readyChannel,
  shakeHands,
  startServer,
} from "./harness.ts";

test("headers of the host go with every request, also with the end of the session", async () => {
  const server = await startServer();
  const headers = { Authorization: "Bearer s3cret", "x-tenant": "t\u00e9nant" };
  const { channel, log } = await readyChannel(server.url, { headers });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  await channel.close();
  expect(server.requests).toHaveLength(4);
  for (const request of server.requests)
    expect(request.headers).toMatchObject({
      authorization: "Bearer s3cret",
      "x-tenant": "t\u00e9nant",
    });
});

test("the requests say who sends them, unless the host says it otherwise", async () => {
  const server = await startServer();
  await readyChannel(server.url);
  expect((await server.seen("initialize")).headers["user-agent"]).toMatch(/^mcp-tether\/\d/);
  const other = await startServer();
  await readyChannel(other.url, { headers: { "User-Agent": "gateway" } });
  expect((await other.seen("initialize")).headers["user-agent"]).toBe("gateway");
});

test("nobody is asked for a proxy, and cookies are not kept", async () => {
  const proxies = ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"];
  for (const name of proxies) vi.stubEnv(name, "http://127.0.0.1:9");
  try {
    const server = await startServer();
    server.on("initialize", (request) => {
      request.response.setHeader("set-cookie", "a=b");
      request.json(initialized);
    });
    await readyChannel(server.url);
    expect((await server.seen("notifications/initialized")).headers).not.toHaveProperty("cookie");
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each([
  "mcp-session-id",
  "Mcp-Session-Id",
  "MCP-Protocol-Version",
  "mcp-anything",
  "host",
  "Content-Length",
  "content-type",
  "accept",
  "Accept-Encoding",
  "connection",
  "transfer-encoding",
  "upgrade",
  "expect",
])("a header named %s is refused", async (name) => {
  const server = await startServer();
  const { channel } = newChannel(server.url, { headers: { [name]: "x", "x-good": "y" } });
  const error = await channel.open(neverAborted).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "CONFIG_INVALID",
    phase: "connecting",
    issues: [{ path: `headers.${name}` }],
  });
  expect(server.connections).toBe(0);
});

test.each<[string, Record<string, string>, string]>([
  ["a line break", { "x-a": "s3cret\r\nx-b: 1" }, "headers.x-a"],
  ["a character beyond Latin-1", { "x-a": "s3cret \u4e2d" }, "headers.x-a"],
  ["a bad name", { "x a": "s3cret" }, "headers.x a"],
  ["the same name twice", { "x-a": "s3cret", "X-A": "s3cret" }, "headers.X-A"],
])("headers with %s are refused, and not shown", async (_, headers, path) => {
  const { channel } = newChannel("http://127.0.0.1:9/mcp", { headers });
  const error = await channel.open(neverAborted).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path }] });
  expect(JSON.stringify(error) + String(error)).not.toContain("s3cret");
});

test("what a function gives that is no record is refused", async () => {
  const nothing: unknown = undefined;
  const { channel } = newChannel("http://127.0.0.1:9/mcp", {
    headers: () => nothing as Record<string, string>,
  });
  await expect(channel.open(neverAborted)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    issues: [{ path: "headers" }],
  });
});

test("a function that fails makes the opening fail, as a lasting fault of nobody", async () => {
  const cause = new Error("the vault is shut");
  const { channel } = newChannel("http://127.0.0.1:9/mcp", {
    headers: () => Promise.reject(cause),
  });
  await expect(channel.open(neverAborted)).rejects.toMatchObject({ code: "CONNECT_FAILED", cause });
});

test("a function that never ends does not outlive the opening", async () => {
  const stop = new AbortController();
  const seen: HeadersContext[] = [];
  const { channel } = newChannel("http://127.0.0.1:9/mcp", {
    headers: (context) => {
      seen.push(context);
      return new Promise(() => {});
    },
  });
  const opening = channel.open(stop.signal);
  await new Promise(setImmediate);
  stop.abort();
  await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
  expect(seen).toMatchObject([{ reason: "connect", signal: { aborted: true } }]);
});

describe("a 401", () => {
  /** Gives out one token after the other. */
  function tokens(): {
    headers: (context: HeadersContext) => Record<string, string>;
    asked: string[];
  } {
    const asked: string[] = [];
    return {
      asked,
      headers: ({ reason }) => ({ authorization: `token-${asked.push(reason)}` }),
    };
  }

  test("at the handshake is answered with new headers, once", async () => {
    const server = await startServer();
    const { headers, asked } = tokens();
    server.on(
      "initialize",
      (request) => request.respond(401),
      (request) => request.stream().end(event(request.answerText(initialized))),
    );
    await readyChannel(server.url, { headers });
    expect(asked).toEqual(["connect", "unauthorized"]);
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      "token-1",
      "token-2",
      "token-2",
    ]);
  });

  test("that comes again is UNAUTHORIZED", async () => {
    const server = await startServer();
    const { headers, asked } = tokens();
    server.on("initialize", (request) => request.respond(401));
    const open = await openChannel(server.url, { headers });
    await expect(shakeHands(open)).rejects.toMatchObject({ code: "UNAUTHORIZED", status: 401 });
    expect(asked).toHaveLength(2);
    expect(server.of("initialize")).toHaveLength(2);
  });

  test("of a call sends the same bytes again with new headers", async () => {
    const server = await startServer();
    const { headers, asked } = tokens();
    server.on(
      "tools/call",
      (request) => request.respond(401, {}, "who are you?"),
      (request) => request.json(),
    );
    const { channel, log } = await readyChannel(server.url, { headers });
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    const [first, second] = server.of("tools/call");
    expect(second?.body).toBe(first?.body);
    expect(second?.headers.authorization).toBe("token-2");
    expect(asked).toHaveLength(2);
  });

  test("of a call that comes again fails that call only", async () => {
    const server = await startServer();
    const { headers } = tokens();
    server.on("tools/call", (request) => request.respond(401));
    const { channel, log } = await readyChannel(server.url, { headers });
    channel.call([hookCall(1)]);
    await log.until(({ order }) => order.length === 1);
    expect(log.failures).toMatchObject([
      { id: 1, error: { code: "UNAUTHORIZED", outcome: "answered", status: 401 } },
    ]);
    expect(server.of("tools/call")).toHaveLength(2);
  });

  test("of several calls asks once for all of them", async () => {
    const server = await startServer();
    const { headers, asked } = tokens();
    server.hold("tools/call");
    const { channel, log } = await readyChannel(server.url, { headers });
    channel.call([hookCall(1), hookCall(2), hookCall(3)]);
    await server.seen("tools/call", 2);
    server.on("tools/call", (request) => request.json());
    const [first, second, third] = server.of("tools/call");
    first?.respond(401);
    second?.respond(401);
    await log.until(({ answers }) => answers.length === 2);
    // This one learns it when the new headers are there already.
    third?.respond(401);
    await log.until(({ answers }) => answers.length === 3);
    expect(asked).toEqual(["connect", "unauthorized"]);
  });

  test("of headers that are fixed is not tried again", async () => {
    const server = await startServer();
    server.on("tools/call", (request) => request.respond(401));
    const { channel, log } = await readyChannel(server.url, { headers: { authorization: "x" } });
    channel.call([hookCall(1)]);
    await log.until(({ failures }) => failures.length === 1);
    expect(server.of("tools/call")).toHaveLength(1);
  });

  test("whose new headers cannot be had fails the call, with the reason", async () => {
    const server = await startServer();
    server.on("tools/call", (request) => request.respond(401));
    const { channel, log } = await readyChannel(server.url, {
      headers: ({ reason }) => {
        if (reason === "unauthorized") throw new Error("the vault is shut");
        return {};
      },
    });
    channel.call([hookCall(1)]);
    await log.until(({ failures }) => failures.length === 1);
    expect(log.failures).toMatchObject([
      {
        error: {
          code: "UNAUTHORIZED",
          cause: { code: "CONNECT_FAILED", cause: { message: "the vault is shut" } },
        },
      },
    ]);
  });

  test("whose new headers are waited for can be cancelled: nothing was processed", async () => {
    const server = await startServer();
    server.on("tools/call", (request) => request.respond(401));
    let noteAsked: (context: HeadersContext) => void = () => {};
    const asked = new Promise<HeadersContext>((resolve) => {
      noteAsked = resolve;
    });
    const { channel, log } = await readyChannel(server.url, {
      headers: (context) => {
        if (context.reason === "connect") return {};
        noteAsked(context);
        return new Promise(() => {});
      },
    });
    channel.call([hookCall(1)]);
    const { signal } = await asked;
    channel.cancel([1]);
    expect(log.failures).toMatchObject([{ error: { code: "ABORTED", outcome: "not_processed" } }]);
    await channel.close();
    expect(signal.aborted).toBe(true);
    expect(server.of("tools/call")).toHaveLength(1);
  });
});
