import zlib from "node:zlib";
import { expect, test } from "vitest";
import { event, type SeenRequest } from "../../fixtures/http/steerable-server.ts";
import { hookCall, readyChannel, startServer } from "./harness.ts";

const compressors = {
  gzip: zlib.gzipSync,
  "x-gzip": zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
} as const;
type Encoding = keyof typeof compressors;
const encodings = Object.keys(compressors) as Encoding[];

function head(encoding: Encoding): Record<string, string> {
  return { "content-type": "application/json", "content-encoding": encoding };
}

test("asks for nothing compressed", async () => {
  const server = await startServer();
  await readyChannel(server.url);
  expect((await server.seen("initialize")).headers["accept-encoding"]).toBe("identity");
});

test.each(encodings)("reads an answer that comes as %s all the same", async (encoding) => {
  const server = await startServer();
  server.on("tools/call", (request) =>
    request.respond(200, head(encoding), compressors[encoding](request.answerText())),
  );
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
  expect(log.answers[0]?.body).toEqual({ result: { key: 1 } });
});

test("reads a compressed stream of events as it comes", async () => {
  const server = await startServer();
  server.on("tools/call", (request) => {
    request.stream({ "content-encoding": "gzip" });
    const gzip = zlib.createGzip();
    gzip.on("data", (chunk: Buffer) => request.write(chunk));
    gzip.write(": first\n\n");
    gzip.write(event(request.answerText()));
    gzip.flush();
  });
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ answers }) => answers.length === 1);
});

test("reads a large compressed answer without holding more than the network brings", async () => {
  const server = await startServer();
  const noise = Buffer.from(Array.from({ length: 3_000_000 }, () => 97 + Math.random() * 26));
  server.on("tools/call", (request) =>
    request.respond(
      200,
      head("gzip"),
      zlib.gzipSync(request.answerText({ result: noise.toString() })),
    ),
  );
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ order }) => order.length === 1);
  expect(log.answers[0]?.body).toEqual({ result: noise.toString() });
});

test.each(encodings)(
  "stops a bomb of %s at the cap, and closes the connection",
  async (encoding) => {
    const server = await startServer();
    const bomb = compressors[encoding](Buffer.alloc(64 * 1_024 * 1_024, 32));
    server.on("tools/call", (request) => void request.head(200, head(encoding)).write(bomb));
    const { channel, log } = await readyChannel(server.url, { maxMessageBytes: 1_000_000 });
    const before = process.memoryUsage().arrayBuffers;
    channel.call([hookCall(1)]);
    await log.until(({ failures }) => failures.length === 1);
    expect(log.failures).toMatchObject([{ error: { code: "TOO_LARGE", outcome: "unknown" } }]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1_024 * 1_024);
    expect(await (await server.seen("tools/call")).over).toBe(true);
  },
);

test("stops a bomb in a stream of events as well", async () => {
  const server = await startServer();
  const bomb = zlib.gzipSync(`data: ${" ".repeat(8_000_000)}`);
  server.on("tools/call", (request) => {
    request.stream({ "content-encoding": "gzip" }).write(bomb);
  });
  const { channel, log } = await readyChannel(server.url, { maxMessageBytes: 1_000_000 });
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([{ error: { code: "TOO_LARGE" } }]);
});

test.each<[string, (request: SeenRequest) => Buffer]>([
  ["is none", () => Buffer.from("no gzip at all")],
  ["is cut short", (request) => zlib.gzipSync(request.answerText()).subarray(0, -12)],
])("fails the call at compression that %s", async (_, body) => {
  const server = await startServer();
  server.on("tools/call", (request) => request.respond(200, head("gzip"), body(request)));
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ order }) => order.length === 1);
  expect(log.failures).toMatchObject([{ error: { code: "INVALID_RESPONSE", outcome: "unknown" } }]);
});

test("understands a compressed refusal, and goes by its status where it cannot", async () => {
  const server = await startServer();
  server.on(
    "tools/call",
    (request) => request.respond(400, head("gzip"), "no gzip at all"),
    (request) => request.respond(400, head("br"), zlib.brotliCompressSync("Session not found")),
  );
  const { channel, log } = await readyChannel(server.url);
  channel.call([hookCall(1)]);
  await log.until(({ failures }) => failures.length === 1);
  expect(log.failures).toMatchObject([{ error: { code: "HTTP_STATUS", status: 400 } }]);
  channel.call([hookCall(2)]);
  expect(await log.loss()).toMatchObject({ unsent: [2] });
});
