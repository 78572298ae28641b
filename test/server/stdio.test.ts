import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { type Answer, envelope, invocation, LineClient } from "./support/line-client.ts";

let folder: string;
let notes: string;
/** A file that ends slow hooks when it is there */
let until: string;
const clients: LineClient[] = [];

beforeAll(() => {
  expect(inject("buildErrors")).toBe("");
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "stdio-server-"));
  notes = path.join(folder, "notes");
  until = path.join(folder, "until");
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.kill()));
  await rm(folder, { recursive: true });
});

async function start(options: Record<string, unknown> = {}): Promise<LineClient> {
  const client = await LineClient.start(options);
  clients.push(client);
  return client;
}

/** Starts a call of the slow plugin, and waits until its hook runs. */
async function startSlow(
  client: LineClient,
  args: Record<string, unknown>,
): Promise<{ answer: Promise<Answer> }> {
  const call = invocation("Slow", { name: "t", args: { notes, ...args } });
  const answer = client.call("invoke_hook", call, "slow");
  await noted("begun");
  return { answer };
}

async function noted(line: string): Promise<void> {
  await eventually(async () => (await readFile(notes, "utf8").catch(() => "")).includes(line));
}

test("what plugin code prints goes to standard error, never between the answers", async () => {
  const client = await start();
  expect(envelope(await client.invoke("Noisy", { name: "t" }))).toHaveProperty("result");
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
  const ways = ["console.log", "console.info", "console.debug", "process.stdout"];
  for (const way of [...ways, "process.stdout.end"])
    expect(client.stderr).toContain(`noise by ${way}\n`);
  expect(client.lines.filter((line) => line.includes("noise"))).toEqual([]);
  expect(client.lines).toHaveLength(2);
});

test("a plugin that pipes more to its output than anybody reads at once goes on when somebody does", async () => {
  const client = await start();
  client.child.stderr.pause();
  const answer = client.invoke("Noisy", { name: "t", args: { pipe: 20_000 } });
  await client.request("ping");
  client.child.stderr.resume();
  expect(envelope(await answer)).toHaveProperty("result");
  await eventually(() => client.stderr.split("noise by pipe").length === 20_001);
});

test("a client that closes standard error does not harm a plugin that prints", async () => {
  const client = await start();
  client.child.stderr.destroy();
  for (let count = 0; count < 3; count++)
    expect(envelope(await client.invoke("Noisy", { name: "t" }))).toHaveProperty("result");
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("requests are answered as they finish, not in the order in which they came", async () => {
  const client = await start();
  const slow = client.invoke("Slow", { name: "t", args: { until } });
  expect(envelope(await client.invoke("Echo", { name: "t" }))).toHaveProperty("result");
  await writeFile(until, "");
  expect(envelope(await slow)).toHaveProperty("result");
});

test("the end of standard input ends the process with code 0, after running calls were answered", async () => {
  const client = await start();
  const { answer } = await startSlow(client, { until });
  client.child.stdin.end();
  await eventually(() => client.stderr.includes("plugin server is closing"));
  await writeFile(until, "");
  expect(envelope(await answer)).toHaveProperty("result");
  expect(await client.ended).toEqual({ code: 0, signal: null });
  expect(client.stderr).toContain("all released\n");
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it likewise", async (signal) => {
  const client = await start();
  const { answer } = await startSlow(client, { until });
  client.child.kill(signal);
  await eventually(() => client.stderr.includes("plugin server is closing"));
  await writeFile(until, "");
  expect(envelope(await answer)).toHaveProperty("result");
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("a call that takes longer than drainMs is aborted by its signal, and not answered", async () => {
  const client = await start({ drainMs: 50 });
  await startSlow(client, { ms: 60_000 });
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
  expect(await readFile(notes, "utf8")).toBe("begun\naborted AbortError\n");
  expect(client.lines.filter((line) => line.includes("slow"))).toEqual([]);
});

test("a signal cuts the waiting for running calls short", async () => {
  const client = await start({ drainMs: 60_000 });
  await startSlow(client, { ms: 60_000 });
  client.child.stdin.end();
  client.child.kill("SIGTERM");
  client.child.kill("SIGINT");
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("nothing new is begun after SIGTERM", async () => {
  const client = await start();
  const { answer } = await startSlow(client, { until });
  client.child.kill("SIGTERM");
  await eventually(() => client.stderr.includes("plugin server is closing"));
  const late = path.join(folder, "late");
  client.send("invoke_hook", invocation("Slow", { name: "t", args: { notes: late, ms: 0 } }));
  await writeFile(until, "");
  await answer;
  expect(await client.ended).toEqual({ code: 0, signal: null });
  await expect(readFile(late)).rejects.toThrow("ENOENT");
});

test("a plugin that leaves a timer running cannot keep the process", async () => {
  const client = await start();
  await client.invoke("Forgetful", { name: "t" });
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("nothing of the server keeps the process once it has ended", async () => {
  // Without the option nobody calls process.exit.
  const client = await start({ handleSignals: false });
  await client.invoke("Slow", { name: "t", args: { ms: 1 } });
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("a hook that never ends does not keep it either", async () => {
  const client = await start({ handleSignals: false, drainMs: 0 });
  client.send("invoke_hook", invocation("Stuck", { name: "t" }));
  // Answered after the call was begun.
  await client.request("ping");
  client.child.stdin.end();
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("without handleSignals a signal does what it does by default", async () => {
  const client = await start({ handleSignals: false });
  client.child.kill("SIGTERM");
  expect(await client.ended).toEqual({ code: null, signal: "SIGTERM" });
});

test("a client that no longer reads ends the process", async () => {
  const client = await start();
  await startSlow(client, { ms: 60_000 });
  client.child.stdout.destroy();
  client.send("get_plugin_configs", {});
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("a client that does not read its answers is not served on, and memory stays bounded", async () => {
  const client = await start();
  client.child.stdout.pause();
  const payload = { name: "x".repeat(1_000_000) };
  const calls = 60;
  for (let i = 0; i < calls; i++) {
    client.send("invoke_hook", invocation("Rewrite", payload));
  }
  // The server stops reading, so that our writes pile up here, and not there.
  await eventually(() => client.child.stdin.writableLength > 0);
  const stuck = client.child.stdin.writableLength;
  expect(stuck).toBeGreaterThan(20_000_000);
  client.child.stdout.resume();
  await eventually(() => client.lines.length === calls + 1);
});

test("a client that neither reads nor closes anything can still end the process", async () => {
  const client = await start();
  client.child.stdout.pause();
  for (let i = 0; i < 20; i++)
    client.send("invoke_hook", invocation("Rewrite", { name: "x".repeat(1_000_000) }));
  await eventually(() => client.child.stdin.writableLength > 0);
  client.child.kill("SIGTERM");
  expect(await once(client.child, "exit")).toEqual([0, null]);
  // Half a line is left in it.
  client.child.stdout.destroy();
});

test("calls beyond the limit wait, in their order, and can be cancelled meanwhile", async () => {
  const client = await start({ maxInFlight: 2 });
  const call = (ms: number): Record<string, unknown> =>
    invocation("Slow", { name: "t", args: { notes, ms } });
  const running = [
    client.call("invoke_hook", call(60_000), "a"),
    client.call("invoke_hook", call(60_000), "b"),
  ];
  const waiting = [
    client.call("invoke_hook", call(1), "c"),
    client.call("invoke_hook", call(1), "d"),
  ];
  client.notify("notifications/cancelled", { requestId: "c" });
  expect((await waiting[0])?.error).toEqual({ code: 0, message: "Request cancelled" });
  // What is no call does not wait.
  expect((await client.request("ping")).result).toEqual({});
  expect(await readFile(notes, "utf8")).toBe("begun\nbegun\n");
  client.notify("notifications/cancelled", { requestId: "a" });
  expect(envelope(await (waiting[1] as Promise<Answer>))).toHaveProperty("result");
  client.notify("notifications/cancelled", { requestId: "b" });
  expect((await Promise.all(running)).map(({ error }) => error?.message)).toEqual([
    "Request cancelled",
    "Request cancelled",
  ]);
  expect((await readFile(notes, "utf8")).split("\n").sort()).toEqual([
    "",
    "aborted AbortError",
    "aborted AbortError",
    "begun",
    "begun",
    "begun",
    "done",
  ]);
});

test("a client that calls without end is not read any further, and memory stays bounded", async () => {
  const client = await start({ maxInFlight: 1 });
  const calls = 60;
  for (let i = 0; i < calls; i++)
    client.send(
      "invoke_hook",
      invocation("Slow", { name: "x".repeat(1_000_000), args: { ms: 20 } }),
    );
  await eventually(() => client.child.stdin.writableLength > 0);
  expect(client.child.stdin.writableLength).toBeGreaterThan(40_000_000);
  await eventually(() => client.lines.length === calls + 1);
});

test("waiting calls are answered too when the input has ended", async () => {
  const client = await start({ maxInFlight: 1 });
  const answers = [1, 2, 3].map(() => client.invoke("Slow", { name: "t", args: { ms: 20 } }));
  client.child.stdin.end();
  for (const answer of answers) expect(envelope(await answer)).toHaveProperty("result");
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

test("a cancellation that comes in one piece with its call is not lost", async () => {
  const client = await start();
  const answer = client.answerTo("slow");
  const args = invocation("Slow", { name: "t", args: { ms: 60_000 } });
  const lines = [
    { id: "slow", method: "tools/call", params: { name: "invoke_hook", arguments: args } },
    { method: "notifications/cancelled", params: { requestId: "slow" } },
  ];
  client.write(lines.map((line) => JSON.stringify({ jsonrpc: "2.0", ...line })).join("\n"));
  expect((await answer).error?.message).toBe("Request cancelled");
});

test("the id of a running call cannot be used again until it is answered", async () => {
  const client = await start();
  const { answer } = await startSlow(client, { until });
  const refusal = client.answerTo(null);
  client.write('{"jsonrpc":"2.0","id":"slow","method":"ping"}');
  expect((await refusal).error?.message).toBe("This request id is in use");
  await writeFile(until, "");
  expect(envelope(await answer)).toHaveProperty("result");
  expect((await client.request("ping", undefined, "slow")).result).toEqual({});
});

test("a cancelled call is answered when its hook has ended, as an error", async () => {
  const client = await start();
  const { answer } = await startSlow(client, { ms: 60_000 });
  client.notify("notifications/cancelled", { requestId: "slow", reason: "no longer needed" });
  expect((await answer).error).toEqual({ code: 0, message: "Request cancelled" });
  expect(await readFile(notes, "utf8")).toBe("begun\naborted AbortError\n");
});

test("a cancelled call whose hook does not listen keeps its answer back until the hook has ended", async () => {
  const client = await start();
  const { answer } = await startSlow(client, { until, deaf: true });
  client.notify("notifications/cancelled", { requestId: "slow" });
  // Answered after the cancellation has arrived.
  await client.request("ping");
  await writeFile(until, "");
  expect((await answer).error?.message).toBe("Request cancelled");
  expect(await readFile(notes, "utf8")).toBe("begun\ndone\n");
});

test("a message over the limit is refused without an id, and the next one is served", async () => {
  const client = await start({ maxMessageBytes: 1_000 });
  const refusal = client.answerTo(null);
  client.send("invoke_hook", invocation("Echo", { name: "x".repeat(2_000) }));
  expect((await refusal).error?.message).toBe("Message is longer than 1000 bytes");
  expect(envelope(await client.invoke("Echo", { name: "t" }))).toHaveProperty("result");
});

describe("a message that makes no sense, or more than it should", () => {
  let client: LineClient;

  beforeAll(async () => {
    client = await LineClient.start();
  });

  afterAll(async () => {
    await client.kill();
  });

  test.each([
    ["no JSON", "{oops", null, -32700],
    ["a batch", '[{"jsonrpc":"2.0","id":7,"method":"ping"}]', null, -32600],
    [
      "params that are no object",
      '{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}',
      7,
      -32600,
    ],
    ["a fraction for an id", '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', null, -32600],
    ["another version", '{"jsonrpc":"1.0","id":"a","method":"ping"}', "a", -32600],
    ["an unknown method", '{"jsonrpc":"2.0","id":8,"method":"nope"}', 8, -32601],
    ["parameters that say nothing", '{"jsonrpc":"2.0","id":8,"method":"initialize"}', 8, -32602],
    [
      "a resource without its address",
      '{"jsonrpc":"2.0","id":8,"method":"resources/read","params":{}}',
      8,
      -32602,
    ],
    ["no tool", '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{}}', 9, -32602],
    ["no params of a call", '{"jsonrpc":"2.0","id":9,"method":"tools/call"}', 9, -32602],
    [
      "arguments that are no object",
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"invoke_hook","arguments":[]}}',
      9,
      -32602,
    ],
    [
      "an id that JavaScript would change",
      '{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"name":"x"}}',
      null,
      -32600,
    ],
  ])("%s is answered with an error", async (_what, line, id, code) => {
    const answer = client.answerTo(id);
    client.write(line);
    expect((await answer).error?.code).toBe(code);
  });

  test("null for arguments is none", async () => {
    const answer = client.answerTo(9);
    client.write(
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"get_plugin_configs","arguments":null}}',
    );
    expect((await answer).result).toMatchObject({ isError: false });
  });

  test("bytes that are no UTF-8 are refused, not replaced", async () => {
    const answer = client.answerTo(null);
    client.child.stdin.write(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"p\xff"}\n', "latin1"));
    expect((await answer).error?.message).toBe("Parse error: not UTF-8");
  });

  test("members of a message that the protocol does not know are ignored", async () => {
    const answer = client.answerTo(7);
    client.write('{"jsonrpc":"2.0","id":7,"method":"ping","extra":1}');
    expect((await answer).result).toEqual({});
  });
});

test("empty lines, carriage returns and lines in pieces are understood", async () => {
  const client = await start();
  const answers = [client.answerTo("é"), client.answerTo(8)];
  const bytes = Buffer.from(
    '\n\r\n{"jsonrpc":"2.0","id":"é","method":"ping"}\r\n{"jsonrpc":"2.0","id":8,"method":"ping"}\n',
  );
  for (const byte of bytes) {
    client.child.stdin.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await Promise.all(answers)).map(({ result }) => result)).toEqual([{}, {}]);
});

test("a payload nested beyond all measure is an error, and the server lives on", async () => {
  const client = await start();
  const depth = 50_000;
  const nested = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const answer = client.answerTo("deep");
  client.write(
    `{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":{"name":"invoke_hook","arguments":{"hook_type":"tool_post_invoke","plugin_name":"Echo","payload":{"name":"t","result":${nested}},"context":{"global_context":{"request_id":"r"}}}}}`,
  );
  expect(envelope(await answer)).toHaveProperty("error");
  expect(envelope(await client.invoke("Echo", { name: "t" }))).toHaveProperty("result");
});

test("a second server on stdio in the same process is refused", async () => {
  const client = await start({ twice: true });
  expect(client.stderr).toContain("CONFIG_INVALID");
});
