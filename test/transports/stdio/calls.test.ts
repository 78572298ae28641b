import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Logger } from "../../../src/logger.ts";
import { PluginControl } from "../../fixtures/control.ts";
import { eventually } from "../../fixtures/processes.ts";
import { connect, connectPlugin, hookCall, type OpenPlugin, openPlugin } from "./harness.ts";

let control: PluginControl;
let open: OpenPlugin | undefined;

beforeEach(async () => {
  control = await PluginControl.create();
});

afterEach(async () => {
  await open?.channel.close();
  open = undefined;
  await control.close();
});

async function ready(overrides: Parameters<typeof connectPlugin>[1] = {}): Promise<OpenPlugin> {
  open = await connectPlugin(control, overrides);
  return open;
}

/** A plugin that holds calls, and has these. */
async function holding(...ids: number[]): Promise<OpenPlugin & { wireIds: string[] }> {
  control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
  const { channel, log, plugin } = await ready();
  channel.call(ids.map((id) => hookCall(id)));
  const wireIds: string[] = [];
  for (const _ of ids) wireIds.push(String((await plugin.nextCall()).id));
  return { channel, log, plugin, wireIds };
}

function rememberingLogger(lines: unknown[]): Logger {
  const note = (message: string, fields?: Record<string, unknown>) => {
    lines.push({ message, ...fields });
  };
  return { debug: note, info: note, warn: note, error: note };
}

describe("handshake", () => {
  it("is done by the SDK's client, which can then call tools as well", async () => {
    open = await openPlugin(control);
    const client = await connect(open);
    expect(client.getServerVersion()).toEqual({ name: "hostile", version: "1.0.0" });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "get_plugin_configs",
      "get_plugin_config",
      "invoke_hook",
    ]);
    await open.plugin.next("notification", ({ method }) => method === "notifications/initialized");
    expect(open.log.order).toEqual([]);
  });

  it("takes an initialize answer with members that the SDK would refuse", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    open = await openPlugin(control);
    const connecting = connect(open);
    await open.plugin.next("request", ({ kind }) => kind === "initialize");
    await open.plugin.tell({ do: "release", form: "extraMembers" });
    await connecting;
  });

  it.each(["both", "neither", "wrongVersion", "unnamedError"] as const)(
    "fails at once when initialize is answered with %s",
    async (form) => {
      control.prepare({ do: "treat", what: "initialize", how: "hold" });
      open = await openPlugin(control);
      const connecting = connect(open);
      connecting.catch(() => {});
      await open.plugin.next("request", ({ kind }) => kind === "initialize");
      await open.plugin.tell({ do: "release", form });
      await expect(connecting).rejects.toThrow();
    },
  );

  it("fails when the plugin dies in it, and reports the loss", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    open = await openPlugin(control);
    const connecting = connect(open);
    connecting.catch(() => {});
    await open.plugin.next("request", ({ kind }) => kind === "initialize");
    await open.plugin.tell({ do: "exit", code: 3 });
    await expect(connecting).rejects.toThrow(/closed/i);
    const { error, ended, alive } = await open.log.loss();
    expect(error).toMatchObject({ code: "SESSION_LOST", phase: "initializing", exit: { code: 3 } });
    expect(error.message).toContain("exited with code 3 before the MCP handshake was over");
    expect(error.message).toContain("envAllow");
    expect({ ended, alive }).toEqual({ ended: [], alive: false });
  });

  it("keeps the SDK's ids strict: the text 0 does not answer the number 0", async () => {
    control.prepare({ do: "treat", what: "initialize", how: "hold" });
    open = await openPlugin(control);
    const { channel, plugin } = open;
    const client = new Client({ name: "host", version: "1.0.0" });
    let isConnected = false;
    const connecting = client.connect(channel.transport).then(() => {
      isConnected = true;
    });
    const { id } = await plugin.next("request", ({ kind }) => kind === "initialize");
    expect(id).toBe(0);
    const fake = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      serverInfo: { name: "x", version: "1" },
    };
    for (const wrong of ["0", ""])
      await plugin.tell({
        do: "write",
        text: `${JSON.stringify({ jsonrpc: "2.0", id: wrong, result: fake })}\n`,
      });
    await eventually(() => channel.counters.strayAnswers === 2, "both are counted");
    expect(isConnected).toBe(false);
    await plugin.tell({ do: "release" });
    await connecting;
    expect(client.getServerVersion()?.name).toBe("hostile");
  });
});

describe("calls", () => {
  it("are answered with the result as it came", async () => {
    const { channel, log } = await ready();
    channel.call([hookCall(7)]);
    await log.until(({ answers }) => answers.length === 1);
    const [answer] = log.answers;
    expect(answer?.id).toBe(7);
    expect(answer?.body).toMatchObject({ result: { isError: false, content: [{ type: "text" }] } });
    expect(control.ledger).toMatchObject([{ key: 7, hook_type: "tool_pre_invoke" }]);
  });

  it("get ids of their own, each used once", async () => {
    const { channel, log, plugin } = await ready();
    for (const id of [5, 6, 5]) {
      channel.call([hookCall(id)]);
      await log.until(({ answers }) => answers.at(-1)?.id === id);
    }
    const ids = plugin.events.flatMap((event) =>
      event.event === "request" && event.kind === "invoke_hook" ? [event.id] : [],
    );
    expect(ids).toEqual(["h1", "h2", "h3"]);
  });

  it("are answered in the order of the plugin", async () => {
    const { log, plugin, wireIds } = await holding(1, 2, 3);
    await plugin.tell({ do: "release", ids: wireIds.toReversed() });
    await log.until(({ answers }) => answers.length === 3);
    expect(log.answers.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  it("are reported together when their answers come together", async () => {
    const { log, plugin } = await holding(1, 2, 3, 4, 5);
    await plugin.tell({ do: "release", together: true });
    await log.until(({ answers }) => answers.length === 5);
    expect(log.answered_).toHaveLength(1);
  });

  it("survive an answer in many pieces", async () => {
    const { log, plugin } = await holding(1);
    await plugin.tell({ do: "release", pieces: 20 });
    await log.until(({ answers }) => answers.length === 1);
  });

  it("pass JSON-RPC errors on", async () => {
    const { log, plugin } = await holding(1);
    await plugin.tell({ do: "release", form: "error" });
    await log.until(({ answers }) => answers.length === 1);
    expect(log.answers).toEqual([
      { id: 1, body: { error: { code: -32_000, message: "as commanded" } } },
    ]);
  });

  it.each(["both", "neither", "wrongVersion"] as const)(
    "fail when the answer has %s",
    async (form) => {
      const { log, plugin } = await holding(1, 2);
      await plugin.tell({ do: "release", ids: ["h1"], form });
      await log.until(({ failures }) => failures.length === 1);
      await plugin.tell({ do: "release" });
      await log.until(({ answers }) => answers.length === 1);
      expect(log.failures).toMatchObject([
        { id: 1, error: { code: "INVALID_RESPONSE", outcome: "answered" } },
      ]);
      expect(log.answers.map(({ id }) => id)).toEqual([2]);
    },
  );

  it("take answers with members too many", async () => {
    const { log, plugin } = await holding(1);
    await plugin.tell({ do: "release", form: "extraMembers" });
    await log.until(({ answers }) => answers.length === 1);
  });

  it("ignore a second answer", async () => {
    const { channel, log, plugin } = await holding(1);
    await plugin.tell({ do: "release" });
    await plugin.tell({
      do: "write",
      text: '{"jsonrpc":"2.0","id":"h1","result":{"again":true}}\n',
    });
    await eventually(() => channel.counters.lateAnswers === 1, "it is counted");
    expect(log.answers).toHaveLength(1);
  });

  it("ignore answers to calls that were not made yet", async () => {
    const { channel, log, plugin } = await ready();
    await plugin.tell({
      do: "write",
      text: '{"jsonrpc":"2.0","id":"h1","result":{"early":true}}\n',
    });
    await eventually(() => channel.counters.lateAnswers === 1, "it is counted");
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    expect(log.answers[0]?.body).toMatchObject({ result: { isError: false } });
  });

  it("do not take another id for theirs", async () => {
    const { channel, log, plugin } = await holding(1);
    const ids = ["1", '"1"', '"h"', '"h01"', '"H1"', "null", '["h1"]', '{"h1":1}', "1.5", '""'];
    const lines = ids.map((id) => `{"jsonrpc":"2.0","id":${id},"result":{}}\n`);
    await plugin.tell({ do: "write", text: `${lines.join("")}{"jsonrpc":"2.0","result":{}}\n` });
    await eventually(() => channel.counters.strayAnswers === ids.length + 1, "they are counted");
    expect(log.order).toEqual([]);
  });
});

describe("errors that name no call", () => {
  const unnamed = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}\n';

  it("belong to the only call that is out", async () => {
    const { log, plugin } = await holding(1);
    await plugin.tell({ do: "write", text: unnamed });
    await log.until(({ answers }) => answers.length === 1);
    expect(log.answers).toEqual([
      { id: 1, body: { error: { code: -32_700, message: "parse error" } } },
    ]);
  });

  it("belong to nobody when several are out", async () => {
    const { channel, log, plugin } = await holding(1, 2);
    await plugin.tell({ do: "write", text: unnamed });
    await eventually(() => channel.counters.strayAnswers === 1, "it is counted");
    expect(log.order).toEqual([]);
  });
});

describe("lines that are no messages", () => {
  it("are ignored, counted, and logged without their content", async () => {
    const lines: unknown[] = [];
    const { channel, log, plugin } = await ready({ logger: rememberingLogger(lines) });
    const secret = "secret-of-a-user";
    await plugin.tell({
      do: "write",
      text: `${secret}\n{"a":"${secret}"}\n"${secret}"\n17\n[]\n{"${secret}\n\n \t \n\r\n`,
    });
    channel.call([hookCall(1)]);
    await log.until(({ answers }) => answers.length === 1);
    expect(channel.counters.garbageLines).toBe(6);
    expect(lines).toContainEqual({
      message: expect.stringContaining("stdout"),
      bytes: 16,
      sha256: expect.stringMatching(/^[0-9a-f]{8}$/),
      ignoredLines: 1,
    });
    expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it("are logged with their content where plugin text may be logged", async () => {
    const lines: unknown[] = [];
    const logger = rememberingLogger(lines);
    const { channel, plugin } = await ready({ logger, exposePluginText: true });
    await plugin.tell({ do: "write", text: "a debug print\n" });
    await eventually(() => channel.counters.garbageLines === 1, "it is counted");
    expect(lines).toContainEqual(expect.objectContaining({ text: "a debug print" }));
  });

  it("lose the session when there are more than 100 in 10 s", async () => {
    const { log, plugin, channel } = await holding(1);
    await plugin.tell({ do: "write", text: "garbage\n".repeat(100) });
    await eventually(() => channel.counters.garbageLines === 100, "they are counted");
    expect(log.losses).toEqual([]);
    await plugin.tell({ do: "write", text: "garbage\n" });
    const loss = await log.loss();
    expect(loss).toMatchObject({ ended: [1], unsent: [], alive: false });
    expect(loss.error).toMatchObject({ code: "INVALID_RESPONSE", phase: "invoking" });
  });

  it("lose the session after the answers that came with them", async () => {
    const { log, plugin } = await holding(1, 2);
    const answer = '{"jsonrpc":"2.0","id":"h1","result":{}}\n';
    await plugin.tell({ do: "write", text: answer + "garbage\n".repeat(101) });
    await log.loss();
    expect(log.order).toEqual(["answered", "lost"]);
    expect(log.losses[0]?.ended).toEqual([2]);
  });

  it("may be batches, whose answers fail their calls", async () => {
    const { channel, log, plugin } = await holding(1, 2);
    await plugin.tell({ do: "write", text: '[{"jsonrpc":"2.0","id":"h1","result":{}},7]\n' });
    await log.until(({ failures }) => failures.length === 1);
    expect(log.failures).toMatchObject([
      { id: 1, error: { code: "INVALID_RESPONSE", outcome: "answered" } },
    ]);
    expect(log.answers).toEqual([]);
    expect(channel.counters.garbageLines).toBe(1);
  });

  it("fail the call that a line with broken UTF-8 answers", async () => {
    const { log, plugin } = await holding(1, 2);
    const line = Buffer.from('{"jsonrpc":"2.0","id":"h2","result":{"text":"?"}}\n');
    line[line.indexOf("?")] = 0xff;
    await plugin.tell({ do: "write", base64: line.toString("base64") });
    await log.until(({ failures }) => failures.length === 1);
    expect(log.failures).toMatchObject([
      { id: 2, error: { code: "INVALID_RESPONSE", outcome: "answered" } },
    ]);
  });

  it("may be broken UTF-8 that answers nobody", async () => {
    const { channel, log, plugin } = await holding(1);
    await plugin.tell({ do: "write", base64: Buffer.from([0xc3, 0x28, 0x0a]).toString("base64") });
    await eventually(() => channel.counters.garbageLines === 1, "it is counted");
    expect(log.order).toEqual([]);
  });

  it("may be surrounded by marks of other systems", async () => {
    const { log, plugin } = await holding(1, 2);
    const answer = (id: string): string =>
      `{"jsonrpc":"2.0","id":"${id}","result":{"é":"\u{1f600}"}}`;
    await plugin.tell({ do: "write", text: `\uFEFF${answer("h1")}\r\n\r\n${answer("h2")}\r\n` });
    await log.until(({ answers }) => answers.length === 2);
    expect(log.answers[1]).toEqual({ id: 2, body: { result: { é: "\u{1f600}" } } });
  });
});

describe("requests of the plugin", () => {
  it("get an answer to ping, and a refusal of everything else", async () => {
    const { plugin } = await ready();
    await plugin.tell({ do: "ask", id: 1, method: "ping" });
    expect(await plugin.next("answer")).toMatchObject({ id: 1, result: {} });
    await plugin.tell({ do: "ask", id: "h1", method: "sampling/createMessage", params: {} });
    expect(await plugin.next("answer")).toMatchObject({ id: "h1", error: { code: -32_601 } });
  });

  it("do not disturb calls whose ids they use", async () => {
    const { log, plugin } = await holding(1);
    await plugin.tell({ do: "ask", id: "h1", method: "ping" });
    expect(await plugin.next("answer")).toMatchObject({ id: "h1", result: {} });
    await plugin.tell({ do: "release" });
    await log.until(({ answers }) => answers.length === 1);
  });
});

describe("cancel", () => {
  it("tells the plugin, with a reason that says nothing, and still awaits the answer", async () => {
    const { channel, log, plugin } = await holding(1, 2);
    channel.cancel([1]);
    channel.cancel([1, 99]);
    expect(await plugin.next("notification", isCancelled)).toMatchObject({
      params: { requestId: "h1", reason: "cancelled by the host" },
    });
    await plugin.tell({ do: "release" });
    await log.until(({ answers }) => answers.length === 2);
    expect(
      plugin.events.filter((event) => event.event === "notification" && isCancelled(event)),
    ).toHaveLength(1);
    expect(log.failures).toEqual([]);
  });

  function isCancelled({ method }: { method: string }): boolean {
    return method === "notifications/cancelled";
  }
});

describe("a plugin that does not read", () => {
  const megabyte = 1_024 * 1_024;

  it("gets one large frame at most; what waits is unsent when the session is lost", async () => {
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const { channel, log, plugin } = await ready();
    await plugin.tell({ do: "pauseStdin" });
    channel.call([hookCall(1, megabyte), hookCall(2, megabyte)]);
    channel.call([hookCall(3)]);
    await plugin.tell({ do: "die", signal: "SIGKILL" });
    const { ended, unsent, error } = await log.loss();
    expect(ended).toEqual([1, 2, 3]);
    expect(unsent).toEqual([2, 3]);
    expect(error).toMatchObject({ code: "SESSION_LOST", exit: { code: null, signal: "SIGKILL" } });
    expect(control.ledger).toEqual([]);
  });

  it("gets everything in order once it reads again", async () => {
    const { channel, log, plugin } = await ready();
    await plugin.tell({ do: "pauseStdin" });
    const ids = [1, 2, 3, 4, 5, 6];
    for (const id of ids) channel.call([hookCall(id, id % 2 === 0 ? 0 : megabyte)]);
    const asked = channel.transport.send({ jsonrpc: "2.0", id: 77, method: "ping" });
    await plugin.tell({ do: "resumeStdin" });
    await asked;
    await log.until(({ answers }) => answers.length === ids.length);
    expect(control.ledger.map(({ key }) => key)).toEqual(ids);
  });

  it("never sees a call that was cancelled while it waited", async () => {
    const { channel, log, plugin } = await ready();
    await plugin.tell({ do: "pauseStdin" });
    channel.call([hookCall(1, megabyte), hookCall(2), hookCall(3)]);
    channel.cancel([2]);
    expect(log.failures).toMatchObject([
      { id: 2, error: { code: "ABORTED", outcome: "not_processed" } },
    ]);
    await plugin.tell({ do: "resumeStdin" });
    await log.until(({ answers }) => answers.length === 2);
    expect(control.ledger.map(({ key }) => key)).toEqual([1, 3]);
  });

  it("cannot fill the memory by asking", async () => {
    const { channel, log, plugin } = await ready();
    await plugin.tell({ do: "pauseStdin" });
    channel.call([hookCall(1, megabyte)]);
    const big = "x".repeat(megabyte * 0.4);
    const message = { jsonrpc: "2.0", method: "notifications/test", params: { big } } as const;
    const sends = [1, 2, 3].map(() => channel.transport.send(message));
    await expect(sends[2]).rejects.toMatchObject({ code: "QUEUE_FULL" });
    await plugin.tell({ do: "resumeStdin" });
    await Promise.all(sends.slice(0, 2));
    await log.until(({ answers }) => answers.length === 1);
  });
});
