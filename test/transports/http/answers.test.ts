import { expect, test } from "vitest";
import type { WireFailure } from "../../../src/transports/channel.ts";
import { event, type SeenRequest, type Treatment } from "../../fixtures/http/steerable-server.ts";
import { ManualClock } from "../stdio/fake-child.ts";
import { hookCall, readyChannel, startServer } from "./harness.ts";

// What the channel makes of an answer, in all the forms that servers give it.

async function failureOf(treatment: Treatment, maxMessageBytes = 1_000_000): Promise<WireFailure> {
  const server = await startServer();
  server.on("tools/call", treatment);
  const { channel, log } = await readyChannel(server.url, { maxMessageBytes });
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.order).toEqual(["failed"]);
  const [failure] = log.failures;
  if (!failure) throw new Error("expected a failure");
  // Only that call: the next one is answered.
  server.on("tools/call", (request) => request.json());
  channel.call([hookCall(2)]);
  await log.until(({ answers }) => answers.length === 1);
  return failure;
}

async function answerOf(treatment: Treatment): Promise<unknown> {
  const server = await startServer();
  server.on("tools/call", treatment);
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ order }) => order.length === 1);
  expect(log.failures).toEqual([]);
  expect(log.losses).toEqual([]);
  return log.answers[0]?.body;
}

const result = { result: { key: 1 } };
const text = (request: SeenRequest): string => request.answerText();
const json = { "content-type": "application/json" };

test.each<[string, Treatment]>([
  ["one JSON document", (request) => request.json()],
  [
    "a media type with parameters, in capitals",
    (request) => request.json(undefined, { "content-type": "Application/JSON; charset=utf-8" }),
  ],
  [
    "JSON in single bytes",
    (request) => {
      request.head(200, json);
      for (const byte of Buffer.from(text(request))) request.write(Buffer.of(byte));
      request.end();
    },
  ],
  [
    "an answer behind early hints",
    (request) => {
      request.response.writeEarlyHints({ link: "</x>; rel=preload" });
      request.json();
    },
  ],
  ["a stream of events", (request) => request.stream().end(event(text(request)))],
  [
    "an event behind comments, other fields, and events of other types",
    (request) =>
      request
        .stream()
        .write(": hello\n\nid: 1\nretry: 1\n\n")
        .write(`event: endpoint\ndata: ${text(request)}x\n\n`)
        .end(event(text(request))),
  ],
  [
    "an event behind messages that ask for nothing here",
    (request) =>
      request
        .stream()
        .write(event('{"jsonrpc":"2.0","method":"notifications/progress","params":{}}'))
        .write(event('{"jsonrpc":"2.0","id":"h99","result":{}}'))
        .write(event('{"jsonrpc":"2.0","id":1,"result":{}}'))
        .write(event("no json"))
        .write(event("[]"))
        .end(event(text(request))),
  ],
  [
    "an event in several data lines",
    (request) => request.stream().end(`data: ${text(request).replace("{", "{\ndata:  ")}\n\n`),
  ],
  [
    "extra members beside the answer",
    (request) => request.json({ ...result, extra: 1, result: { key: 1 } }),
  ],
])("reads %s", async (_, treatment) => {
  expect(await answerOf(treatment)).toEqual(result);
});

test("takes an answer that is an error, with its data", async () => {
  const error = { code: -32_602, message: "no such tool", data: { tool: "x" } };
  expect(await answerOf((request) => request.json({ error }))).toEqual({ error });
});

test("takes an error without an id for the answer: only one request was sent", async () => {
  const error = { code: -32_700, message: "cannot parse" };
  const body = JSON.stringify({ jsonrpc: "2.0", id: null, error });
  expect(await answerOf((request) => request.respond(200, json, body))).toEqual({ error });
});

test("is done with a stream as soon as the answer is there, and lets its connection go", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => void request.stream().write(event(text(request))));
  const clock = new ManualClock();
  const { channel, log } = await readyChannel(server.url, { clock });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  const endless = await server.seen("tools/call");
  await clock.advance(2_000);
  expect(await endless.over).toBe(true);
});

test("gives a stream that goes on and on no more than its room", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => {
    request.stream().write(event(text(request)));
    const more = setInterval(() => request.write(`: ${"x".repeat(40_000)}\n`), 1);
    request.response.once("close", () => clearInterval(more));
  });
  // No time passes, so that it is not that which ends the stream.
  const { channel, log } = await readyChannel(server.url, { clock: new ManualClock() });
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  expect(await (await server.seen("tools/call")).over).toBe(true);
});

test("uses the connection again after a stream that has ended", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => request.stream().end(event(text(request))));
  const { channel, log } = await readyChannel(server.url);
  for (let id = 1; id <= 20; id++) {
    channel.call([hookCall(id)]);
    await log.until(({ answers }) => answers.length === id);
  }
  expect(server.connections).toBeLessThanOrEqual(2);
});

const unknown = { code: "INVALID_RESPONSE", outcome: "unknown", phase: "invoking" };
const answered = { code: "INVALID_RESPONSE", outcome: "answered", phase: "invoking" };
const brokenText = Buffer.concat([
  Buffer.from('{"jsonrpc":"2.0","id":"h1","result":{"a":"'),
  Buffer.of(0xff, 0xfe),
  Buffer.from('"}}'),
]);

test.each<[string, object, Treatment]>([
  ["202, which will never be followed by an answer", unknown, (r) => r.respond(202)],
  ["204", unknown, (r) => r.respond(204)],
  ["200 without a type", unknown, (r) => r.respond(200, {}, text(r))],
  ["a page of a proxy", unknown, (r) => r.respond(200, { "content-type": "text/html" }, "<p>")],
  ["a body that is no JSON", unknown, (r) => r.respond(200, json, "{")],
  ["an empty body", unknown, (r) => r.respond(200, json)],
  [
    "the answer to another request",
    unknown,
    (r) => r.respond(200, json, '{"jsonrpc":"2.0","id":"h2","result":{}}'),
  ],
  [
    "its id as a number",
    unknown,
    (r) => r.respond(200, json, '{"jsonrpc":"2.0","id":1,"result":{}}'),
  ],
  ["a request", unknown, (r) => r.respond(200, json, '{"jsonrpc":"2.0","id":"h1","method":"x"}')],
  [
    "both result and error",
    answered,
    (r) => r.json({ result: {}, error: { code: 1, message: "" } }),
  ],
  ["an error in a bad form", answered, (r) => r.json({ error: "no" })],
  ["another version of JSON-RPC", answered, (r) => r.json({ jsonrpc: "1.0", result: {} })],
  ["a batch", answered, (r) => r.respond(200, json, `[${text(r)}]`)],
  ["bytes that are not UTF-8", answered, (r) => r.respond(200, json, brokenText)],
  [
    "an event that is not UTF-8",
    answered,
    (r) => {
      r.stream().write("data: ").write(brokenText).end("\n\n");
    },
  ],
  ["bytes that are nothing", unknown, (r) => r.respond(200, json, Buffer.of(0xff, 0xfe))],
  ["a stream that ends without the answer", unknown, (r) => r.stream().end(": nothing\n\n")],
  ["an event without its end", unknown, (r) => r.stream().end(`data: ${text(r)}\n`)],
  [
    "JSON that is cut short",
    unknown,
    (r) => {
      r.head(200, { ...json, "content-length": "1000" }).write('{"jsonrpc"');
      setTimeout(() => r.cut(), 5);
    },
  ],
  [
    "less than its content-length says",
    unknown,
    (r) => {
      r.socket.end(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 99\r\n\r\n{}",
      );
    },
  ],
  ["what is no HTTP", unknown, (r) => void r.socket.end("HTTP/1.1 999999 what\r\n\r\n")],
  [
    "two content-encodings",
    unknown,
    (r) => {
      r.head(200, { ...json, "content-encoding": ["gzip", "gzip"] }).end(text(r));
    },
  ],
  [
    "a content-encoding that nobody knows",
    unknown,
    (r) => r.json(undefined, { "content-encoding": "zstd" }),
  ],
])("fails the call at once at %s", async (_, expected, treatment) => {
  expect((await failureOf(treatment)).error).toMatchObject(expected);
});

const large = "x".repeat(2_000);
const tooLarge = { code: "TOO_LARGE", outcome: "unknown" };

test.each<[string, Treatment]>([
  ["JSON that says so beforehand", (r) => void r.head(200, { ...json, "content-length": "2000" })],
  ["JSON", (r) => void r.head(200, json).write(large)],
  ["an event", (r) => void r.stream().write(`data: ${large}`)],
  ["an event of many lines", (r) => void r.stream().write("data: 12345678\n".repeat(200))],
  ["a comment", (r) => void r.stream().write(`: ${large}`)],
  ["a head", (r) => void r.stream({ "x-large": "x".repeat(20_000) })],
])("stops at the cap in %s, and closes the connection", async (_, treatment) => {
  let seen: SeenRequest | undefined;
  const failure = await failureOf((request) => {
    seen ??= request;
    treatment(request);
  }, 1_000);
  expect(failure.error).toMatchObject(tooLarge);
  expect(await seen?.over).toBe(true);
});

test("takes an answer of exactly the cap, as JSON and as an event", async () => {
  const server = await startServer();
  const sized = (request: SeenRequest): string => {
    const frame = request.answerText({ result: "" });
    return request.answerText({ result: "x".repeat(1_000 - frame.length) });
  };
  server.on(
    "tools/call",
    (request) => request.respond(200, json, sized(request)),
    (request) => request.stream().end(event(sized(request))),
  );
  const { channel, log } = await readyChannel(server.url, { maxMessageBytes: 1_000 });
  for (let id = 1; id <= 2; id++) {
    channel.call([hookCall(id)]);
    await log.until(({ answers }) => answers.length === id);
  }
  expect(log.failures).toEqual([]);
});

test("answers a ping in the middle of a call, and refuses other requests of the server", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => {
    request.stream();
    request.write(event('{"jsonrpc":"2.0","id":"s1","method":"ping"}'));
    request.write(
      event('{"jsonrpc":"2.0","id":"s2","method":"sampling/createMessage","params":{}}'),
    );
  });
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await server.seen("reply", 1);
  const replies = server.of("reply").map(({ message }) => message);
  expect(replies).toContainEqual({ jsonrpc: "2.0", id: "s1", result: {} });
  expect(replies).toContainEqual({
    jsonrpc: "2.0",
    id: "s2",
    error: { code: -32_601, message: "Method not found" },
  });
  const call = await server.seen("tools/call");
  call.end(event(text(call)));
  await log.until(({ answers }) => answers.length === 1);
});

test("lets a server that asks without end have only so many replies at a time", async () => {
  const server = await startServer();
  server.hold("reply").on("tools/call", (request) => {
    request.stream();
    for (let n = 0; n < 200; n++)
      request.write(event(`{"jsonrpc":"2.0","id":"s${n}","method":"ping"}`));
    request.end(event(text(request)));
  });
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  await server.seen("reply", 15);
  server.on("tools/call", (request) => request.json());
  channel.call([hookCall(2)]);
  await log.until(({ answers }) => answers.length === 2);
  expect(server.of("reply")).toHaveLength(16);
});
