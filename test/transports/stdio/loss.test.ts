import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realClock } from "../../../src/clock.ts";
import type { WireAnswer } from "../../../src/transports/channel.ts";
import { PluginControl } from "../../fixtures/control.ts";
import { connectPlugin, hookCall, type OpenPlugin, openPlugin } from "./harness.ts";

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

/** A plugin that has a call and holds its answer. */
async function holding(overrides: Parameters<typeof connectPlugin>[1] = {}): Promise<OpenPlugin> {
  control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
  open = await connectPlugin(control, overrides);
  open.channel.call([hookCall(1)]);
  await open.plugin.nextCall();
  return open;
}

describe("a process that ends", () => {
  it("with a code loses its calls, and says so with code and stderr", async () => {
    const { channel, log, plugin } = await holding();
    await plugin.tell({ do: "write", to: "stderr", text: "about to fail: é\n" });
    await plugin.tell({ do: "exit", code: 7 });
    const { error, ...loss } = await log.loss();
    expect(loss).toEqual({ ended: [1], unsent: [], alive: false });
    expect(error).toMatchObject({ code: "SESSION_LOST", phase: "invoking", plugin: "Guard" });
    expect(error.message).toBe("The plugin process exited with code 7");
    expect(error.exit).toEqual({ code: 7, signal: null });
    expect(error.stderrTail).toBe("about to fail: é\n");
    expect(channel.evidence()).toEqual({
      exit: { code: 7, signal: null },
      stderrTail: "about to fail: é\n",
      pid: plugin.pid,
      sessionId: null,
    });
  });

  it("with code 0 is lost as well", async () => {
    const { log, plugin } = await holding();
    await plugin.tell({ do: "exit", code: 0 });
    expect((await log.loss()).error.exit).toEqual({ code: 0, signal: null });
  });

  it.each(["SIGKILL", "SIGSEGV", "SIGTERM"] as const)("by %s is told apart", async (signal) => {
    const { log, plugin } = await holding();
    await plugin.tell({ do: "die", signal });
    const { error } = await log.loss();
    expect(error.exit).toEqual({ code: null, signal });
    expect(error.message).toContain(signal);
  });

  it("while idle is lost at once", async () => {
    open = await connectPlugin(control);
    process.kill(open.plugin.pid, "SIGKILL");
    expect(await open.log.loss()).toMatchObject({ ended: [], unsent: [], alive: false });
  });

  it("right after its answer has answered", async () => {
    const { log, plugin } = await holding();
    await Promise.all([plugin.tell({ do: "release" }), plugin.tell({ do: "exit", code: 1 })]);
    const loss = await log.loss();
    expect(log.order).toEqual(["answered", "lost"]);
    expect(loss.ended).toEqual([]);
  });

  it("in the middle of its answer has not", async () => {
    const { log, plugin } = await holding();
    await plugin.tell({ do: "write", text: '{"jsonrpc":"2.0","id":"h1","result":{}}' });
    await plugin.tell({ do: "exit", code: 0 });
    expect((await log.loss()).ended).toEqual([1]);
    expect(log.order).toEqual(["lost"]);
  });

  it("before it reads anything fails the handshake", async () => {
    control.prepare({ do: "exit", code: 9 });
    open = await openPlugin(control);
    const { error } = await open.log.loss();
    expect(error).toMatchObject({ phase: "initializing", exit: { code: 9, signal: null } });
    await expect(open.channel.transport.start()).rejects.toBe(error);
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" } as const;
    await expect(open.channel.transport.send(ping)).rejects.toBe(error);
  });

  it("does not say what its environment may lack when it got all of it", async () => {
    control.prepare({ do: "exit", code: 9 });
    open = await openPlugin(control, { inheritEnv: true });
    const { error } = await open.log.loss();
    expect(error.message).toBe(
      "The plugin process exited with code 9 before the MCP handshake was over",
    );
  });

  it("reports one loss, and nothing is accepted after it", async () => {
    const { channel, log, plugin } = await holding();
    let closes = 0;
    const { onclose } = channel.transport;
    channel.transport.onclose = () => {
      closes++;
      onclose?.();
    };
    await plugin.tell({ do: "exit", code: 0 });
    await log.loss();
    channel.call([hookCall(2)]);
    channel.cancel([1, 2]);
    await channel.close();
    expect(log.order).toEqual(["lost"]);
    expect(closes).toBe(1);
  });

  it("is lost although a grandchild holds its pipes", async () => {
    const { channel, log, plugin } = await holding();
    await plugin.tell({ do: "grandchild", keepStdout: true });
    await plugin.tell({ do: "die", signal: "SIGKILL" });
    expect(await log.loss()).toMatchObject({ ended: [1], error: { exit: { signal: "SIGKILL" } } });
    await channel.close();
    expect(control.survivors).toEqual([]);
  });

  it("is read to its end, also where the host was too busy to look in time", async () => {
    const { log, plugin } = await holding();
    await plugin.tell({ do: "grandchild", keepStdout: true });
    // No wait here: the answer and the end of the process are there when this process looks again.
    const done = Promise.all([
      plugin.tell({ do: "release" }),
      plugin.tell({ do: "die", signal: "SIGKILL" }),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    const end = realClock.now() + 500;
    while (realClock.now() < end);
    await done;
    await log.loss();
    expect(log.order).toEqual(["answered", "lost"]);
  });
});

describe("a process that closes a pipe and lives on", () => {
  it("is lost when it is stdout", async () => {
    const { log, plugin } = await holding();
    await plugin.tell({ do: "closeStdout" });
    const { error, ended } = await log.loss();
    expect(ended).toEqual([1]);
    expect(error.message).toBe("The plugin process closed its standard output");
    expect(error.exit).toBeUndefined();
  });

  it("is lost at the next write when it is stdin; what it still says is heard", async () => {
    const { channel, log, plugin } = await holding();
    await plugin.tell({ do: "closeStdin" });
    channel.call([hookCall(2)]);
    // The refusal of that write comes as an event; only what is sent after it is known to be unsent.
    await plugin.tell({ do: "release" });
    const { error, ended } = await log.loss();
    expect(error.message).toBe("The plugin process closed its standard input");
    expect(log.answers.map(({ id }) => id)).toEqual([1]);
    expect(ended).toEqual([2]);
  });
});

describe("output without end", () => {
  it("on stdout without a newline loses the session at the limit", async () => {
    const { channel, log, plugin } = await holding({ maxMessageBytes: 100_000 });
    const flooding = plugin.tell({ do: "flood", to: "stdout", bytes: 1_000_000_000 });
    const { error, ended } = await log.loss();
    expect(error).toMatchObject({ code: "TOO_LARGE", phase: "invoking" });
    expect(error.message).toContain("100000 bytes");
    expect(ended).toEqual([1]);
    await channel.close();
    await flooding;
  });

  it("up to the limit is a message", async () => {
    const { log, plugin } = await holding({ maxMessageBytes: 100_000 });
    const line = JSON.stringify({ jsonrpc: "2.0", id: "h1", result: { a: "" } });
    const exact = line.replace('""', `"${"x".repeat(100_000 - line.length)}"`);
    await plugin.tell({ do: "write", text: `${exact}\n` });
    await log.until(({ answers }) => answers.length === 1);
    const [answer] = log.answers as [WireAnswer];
    expect(JSON.stringify(answer.body).length).toBeGreaterThan(99_000);
  });

  it("on stderr disturbs nobody, and its end is kept", async () => {
    let characters = 0;
    const { channel, log, plugin } = await holding({
      onStderr: (text) => {
        characters += text.length;
        throw new Error("the host's own fault");
      },
    });
    await plugin.tell({ do: "flood", to: "stderr", bytes: 5_000_000 });
    await plugin.tell({ do: "write", to: "stderr", text: "the end" });
    await plugin.tell({ do: "release" });
    await log.until(({ answers }) => answers.length === 1);
    await plugin.tell({ do: "exit", code: 1 });
    const { error } = await log.loss();
    await channel.close();
    expect(error.stderrTail).toBe(`${"x".repeat(4_089)}the end`);
    expect(characters).toBe(5_000_007);
  });

  it("of valid notifications disturbs nobody", async () => {
    const { log, plugin } = await holding();
    const note = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n';
    await plugin.tell({ do: "flood", to: "stdout", bytes: note.length * 20_000, text: note });
    await plugin.tell({ do: "release" });
    await log.until(({ answers }) => answers.length === 1);
    expect(log.order).toEqual(["answered"]);
  });
});
