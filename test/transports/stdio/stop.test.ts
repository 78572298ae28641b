import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStdioChannel } from "../../../src/transports/stdio/stdio-channel.ts";
import { PluginControl } from "../../fixtures/control.ts";
import { eventually, isAlive, processState } from "../../fixtures/processes.ts";
import { ChannelLog, connectPlugin, hookCall, neverAborted, stdioSpec } from "./harness.ts";

// What is asked here is always the process table.

/** Before the first plugin. After any later one libuv may still be at work on what that one has left. */
const atRest = resources();

let control: PluginControl;

beforeEach(async () => {
  control = await PluginControl.create();
});

afterEach(async () => {
  await control.close();
});

const short = { stopGraceMs: 150 };

describe("close", () => {
  it("ends a plugin that obeys by the end of its input", async () => {
    const { channel, plugin } = await connectPlugin(control);
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    await plugin.next("stdinEnded");
    expect(channel.evidence().exit).toEqual({ code: 0, signal: null });
  });

  it("ends a plugin that ignores that by SIGTERM", async () => {
    const { channel, plugin } = await connectPlugin(control, { stopGraceMs: 800 });
    await plugin.tell({ do: "ignoreEnd" });
    await plugin.tell({ do: "onSignal", signal: "SIGTERM", reaction: "exit" });
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    await plugin.disconnected;
    expect(plugin.events.map(({ event }) => event).slice(-2)).toEqual(["stdinEnded", "signal"]);
  });

  it("ends a plugin that ignores both by SIGKILL, and waits for it", async () => {
    const { channel, plugin } = await connectPlugin(control, { stopGraceMs: 800 });
    await plugin.tell({ do: "ignoreEnd" });
    await plugin.tell({ do: "onSignal", signal: "SIGTERM", reaction: "ignore" });
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    expect(channel.evidence().exit).toEqual({ code: null, signal: "SIGKILL" });
    await plugin.next("signal");
  });

  it("ends a plugin that is stopped", async () => {
    const { channel, plugin } = await connectPlugin(control, short);
    process.kill(plugin.pid, "SIGSTOP");
    await eventually(() => processState(plugin.pid) === "T", "the plugin is stopped");
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    expect(channel.evidence().exit).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("ends a plugin that has not read what was sent", async () => {
    const { channel, plugin } = await connectPlugin(control, short);
    await plugin.tell({ do: "pauseStdin" });
    channel.call([hookCall(1, 2_000_000), hookCall(2)]);
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    expect(control.ledger).toEqual([]);
  });

  it("lets a plugin finish what is in its pipe, and sends it nothing more", async () => {
    const { channel, plugin } = await connectPlugin(control);
    channel.call([hookCall(1)]);
    const closing = channel.close();
    channel.call([hookCall(2)]);
    await closing;
    await plugin.disconnected;
    expect(control.ledger.map(({ key }) => key)).toEqual([1]);
  });

  it.each([
    ["that obeys", { ignoreTerm: false }],
    ["that ignores SIGTERM", { ignoreTerm: true }],
    ["that holds stdout", { keepStdout: true }],
  ])("ends a grandchild %s as well", async (_, how) => {
    const { channel, plugin } = await connectPlugin(control, short);
    await plugin.tell({ do: "grandchild", ...how });
    const { pid } = await plugin.next("grandchild");
    expect(isAlive(pid)).toBe(true);
    await channel.close();
    expect(isAlive(pid)).toBe(false);
    expect(isAlive(plugin.pid)).toBe(false);
  });

  it("ends what a plugin has left that died long before", async () => {
    const { channel, log, plugin } = await connectPlugin(control, short);
    await plugin.tell({ do: "grandchild", ignoreTerm: true });
    const { pid } = await plugin.next("grandchild");
    await plugin.tell({ do: "die", signal: "SIGKILL" });
    await log.loss();
    expect(isAlive(pid)).toBe(true);
    await channel.close();
    expect(isAlive(pid)).toBe(false);
  });

  it("is not held up by a process that has left the group with the pipes", async () => {
    const { channel, plugin } = await connectPlugin(control, short);
    await plugin.tell({ do: "grandchild", ownSession: true, keepStdout: true });
    const { pid } = await plugin.next("grandchild");
    await channel.close();
    expect(isAlive(plugin.pid)).toBe(false);
    expect(control.survivors).toEqual([pid]);
  });

  it("ends many plugins at the same time", async () => {
    const plugins = await Promise.all([1, 2, 3, 4].map(() => connectPlugin(control)));
    await Promise.all(plugins.map(({ channel }) => channel.close()));
    expect(control.survivors).toEqual([]);
  });

  it("leaves no pipe, timer or child behind", async () => {
    await (await connectPlugin(control)).channel.close();
    await control.close();
    await eventually(() => resources() === atRest, "as before");
  });
});

describe("close of an opening", () => {
  it("that has just spawned leaves nothing", async () => {
    const log = new ChannelLog();
    const mcp = { cmd: ["sleep", "600"], env: control.env };
    const channel = createStdioChannel(stdioSpec({ mcp, ...short }), log);
    const opening = channel.open(neverAborted);
    opening.catch(() => {});
    while (channel.evidence().pid === null) await new Promise((resolve) => setImmediate(resolve));
    await channel.close();
    expect(control.survivors).toEqual([]);
    expect(log.order).toEqual([]);
  });

  it("that was aborted leaves nothing", async () => {
    const abort = new AbortController();
    const log = new ChannelLog();
    const mcp = { cmd: ["sleep", "600"], env: control.env };
    const channel = createStdioChannel(stdioSpec({ mcp, ...short }), log);
    const opening = channel.open(abort.signal);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
    await channel.close();
    expect(control.survivors).toEqual([]);
  });
});

describe("kill", () => {
  it("ends the whole group without waiting", async () => {
    const { channel, log, plugin } = await connectPlugin(control);
    await plugin.tell({ do: "grandchild", ignoreTerm: true, keepStdout: true });
    const { pid } = await plugin.next("grandchild");
    await plugin.tell({ do: "ignoreEnd" });
    channel.kill();
    await eventually(() => !isAlive(plugin.pid) && !isAlive(pid), "both are dead");
    await channel.close();
    expect(log.order).toEqual([]);
  });
});

function resources(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Timeout")
    .sort()
    .join();
}
