import { describe, expect, it } from "vitest";
import type { Logger } from "../../../src/logger.ts";
import {
  createStdioChannel,
  type StdioChannel,
} from "../../../src/transports/stdio/stdio-channel.ts";
import type { StdioSpec } from "../../../src/transports/stdio/stdio-spec.ts";
import { bytesWithoutText } from "../../support/longest-text.ts";
import { FakeChild, failingSpawn, ManualClock, settle } from "./fake-child.ts";
import { ChannelLog, hookCall, neverAborted, stdioSpec } from "./harness.ts";

// What real processes cannot be brought to do at will: exact orders, exact times, and failures of the system.

interface Rig {
  readonly channel: StdioChannel;
  readonly log: ChannelLog;
  readonly child: FakeChild;
  readonly clock: ManualClock;
}

async function opened(overrides: Partial<StdioSpec> = {}): Promise<Rig> {
  const child = new FakeChild();
  const clock = new ManualClock();
  const log = new ChannelLog();
  const channel = createStdioChannel(stdioSpec({ spawn: child.spawn, clock, ...overrides }), log);
  await channel.open(neverAborted);
  return { channel, log, child, clock };
}

const answer = (id: string): string => `{"jsonrpc":"2.0","id":"${id}","result":{}}\n`;

describe("a line of which no text can be made", () => {
  it("is too large, and ends the session instead of this process", async () => {
    const { channel, log, child } = await opened();
    channel.call([hookCall(1), hookCall(2)]);
    const line = Buffer.concat([bytesWithoutText(), Buffer.from("\n")]);
    child.says.stdout(Buffer.concat([line, Buffer.from(answer("h2"))]));
    expect(log.answers.map(({ id }) => id)).toEqual([2]);
    expect(log.losses).toMatchObject([{ error: { code: "TOO_LARGE" }, ended: [1], alive: false }]);
  });
});

describe("writing", () => {
  it("sends all calls of a list in one write, in the form of the protocol", async () => {
    const { channel, child } = await opened();
    channel.call([
      { id: 10, params: '{"a":1}' },
      { id: 11, params: '{"b":[2]}' },
    ]);
    expect(child.written).toEqual([
      '{"jsonrpc":"2.0","id":"h1","method":"tools/call","params":{"a":1}}\n' +
        '{"jsonrpc":"2.0","id":"h2","method":"tools/call","params":{"b":[2]}}\n',
    ]);
  });

  it("puts large calls into writes of their own, and waits for the pipe after each", async () => {
    const { channel, child } = await opened();
    child.hasRoom = false;
    channel.call([hookCall(1), hookCall(2, 70_000), hookCall(3), hookCall(4)]);
    expect(idsIn(child.written)).toEqual([["h1"]]);
    child.says.stdinDrained();
    child.says.stdinDrained();
    expect(idsIn(child.written)).toEqual([["h1"], ["h2"], ["h3", "h4"]]);
  });

  it("writes nothing after a sign of the loss, and knows what was not sent", async () => {
    const { channel, log, child } = await opened();
    child.hasRoom = false;
    channel.call([hookCall(1)]);
    channel.call([hookCall(2)]);
    child.says.stdinFailed();
    channel.call([hookCall(3)]);
    child.says.stdinDrained();
    child.print(answer("h1") + answer("h2"));
    child.says.stdoutEnded();
    child.says.exited({ code: 0, signal: null });
    expect(child.written).toHaveLength(1);
    expect(log.answers.map(({ id }) => id)).toEqual([1]);
    expect(log.losses).toMatchObject([{ ended: [2, 3], unsent: [2, 3], alive: false }]);
  });

  it("refuses calls when too much waits, with an outcome that is certain", async () => {
    const { channel, log, child } = await opened();
    child.hasRoom = false;
    const large = 30 * 1_024 * 1_024;
    channel.call([hookCall(1), hookCall(2, large), hookCall(3, large), hookCall(4, large)]);
    expect(log.failures).toMatchObject([
      { id: 4, error: { code: "QUEUE_FULL", outcome: "not_processed" } },
    ]);
  });

  it("takes the calls and the SDK's messages in the order in which they came", async () => {
    const { channel, child } = await opened();
    child.hasRoom = false;
    channel.call([hookCall(1)]);
    const sending = channel.transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    channel.call([hookCall(2)]);
    channel.cancel([1]);
    child.says.stdinDrained();
    await sending;
    const methods = child.written
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).method);
    expect(methods).toEqual([
      "tools/call",
      "notifications/initialized",
      "tools/call",
      "notifications/cancelled",
    ]);
  });

  it("rejects what the SDK still had to send when the session is lost", async () => {
    const { channel, log, child } = await opened();
    child.hasRoom = false;
    channel.call([hookCall(1)]);
    const sending = channel.transport.send({ jsonrpc: "2.0", id: 1, method: "ping" });
    child.says.stdoutEnded();
    child.says.exited({ code: 4, signal: null });
    await expect(sending).rejects.toMatchObject({ code: "SESSION_LOST", exit: { code: 4 } });
    expect(log.losses).toHaveLength(1);
  });

  function idsIn(writes: readonly string[]): string[][] {
    return writes.map((text) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    );
  }
});

describe("the loss", () => {
  it("waits for the end of stdout after the exit, at most 250 ms", async () => {
    const { channel, log, child, clock } = await opened();
    channel.call([hookCall(1), hookCall(2)]);
    child.says.exited({ code: null, signal: "SIGKILL" });
    await clock.advance(249);
    child.print(answer("h1"));
    expect(log.order).toEqual(["answered"]);
    await clock.advance(1);
    expect(log.order).toEqual(["answered", "lost"]);
    expect(log.losses[0]).toMatchObject({ ended: [2], error: { exit: { signal: "SIGKILL" } } });
    expect(clock.pending).toBe(0);
  });

  it("comes at once when stdout has ended too, in either order", async () => {
    const first = await opened();
    first.child.says.exited({ code: 1, signal: null });
    first.child.says.stdoutEnded();
    const second = await opened();
    second.child.says.stdoutEnded();
    second.child.says.exited({ code: 1, signal: null });
    for (const { log, clock } of [first, second]) {
      expect(log.losses[0]?.error.exit).toEqual({ code: 1, signal: null });
      expect(clock.pending).toBe(0);
    }
  });

  it("is in the phase that the channel is in", async () => {
    const { channel, log, child } = await opened();
    await channel.transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    child.says.stdoutEnded();
    child.says.exited({ code: 1, signal: null });
    expect(log.losses[0]?.error.phase).toBe("invoking");
    expect(log.losses[0]?.error.message).toBe("The plugin process exited with code 1");
  });

  it("during the opening fails the opening only", async () => {
    const child = new FakeChild();
    const log = new ChannelLog();
    const spawn: StdioSpec["spawn"] = (command, listener) => {
      child.spawn(command, {
        ...listener,
        spawned: () => listener.exited({ code: 5, signal: null }),
      });
      return child;
    };
    const channel = createStdioChannel(stdioSpec({ spawn, clock: new ManualClock() }), log);
    await expect(channel.open(neverAborted)).rejects.toMatchObject({
      code: "SESSION_LOST",
      phase: "spawning",
      exit: { code: 5 },
    });
    child.says.stdoutEnded();
    expect(log.order).toEqual([]);
  });

  it("by garbage counts only what came within 10 s", async () => {
    const { log, child, clock } = await opened();
    child.print("garbage\n".repeat(100));
    await clock.advance(10_000);
    child.print("garbage\n".repeat(100));
    expect(log.losses).toEqual([]);
    await clock.advance(9_999);
    child.print("garbage\n");
    expect(log.losses).toMatchObject([{ error: { code: "INVALID_RESPONSE" } }]);
  });

  it("is logged with lengths, and with what the plugin wrote only where that is allowed", async () => {
    for (const exposePluginText of [false, true]) {
      const entries: (Record<string, unknown> | undefined)[] = [];
      const warn: Logger["warn"] = (_, fields) => entries.push(fields);
      const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
      const { child } = await opened({ logger, exposePluginText });
      child.says.stderr(Buffer.from("secret"));
      child.print("unfinished");
      child.says.stdoutEnded();
      child.says.exited({ code: 1, signal: null });
      expect(entries).toEqual([
        expect.objectContaining({ code: "SESSION_LOST", stderrBytes: 6, unfinishedBytes: 10 }),
      ]);
      expect(JSON.stringify(entries).includes("secret")).toBe(exposePluginText);
    }
  });

  it("survives a logger that throws", async () => {
    const fail = (): never => {
      throw new Error("no disk");
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    const { channel, log, child } = await opened({ logger });
    channel.call([hookCall(1)]);
    child.print(`garbage\n${answer("h1")}`);
    child.says.stdoutEnded();
    child.says.exited({ code: 1, signal: null });
    expect(log.order).toEqual(["answered", "lost"]);
  });
});

describe("a failed start", () => {
  it.each([
    ["ENOENT", "SPAWN_FAILED"],
    ["EACCES", "SPAWN_FAILED"],
    ["E2BIG", "SPAWN_FAILED"],
    ["EMFILE", "RESOURCE_EXHAUSTED"],
    ["ENFILE", "RESOURCE_EXHAUSTED"],
    ["EAGAIN", "RESOURCE_EXHAUSTED"],
    ["ENOMEM", "RESOURCE_EXHAUSTED"],
  ])("by %s is %s, thrown or reported", async (systemCode, code) => {
    for (const how of ["throws", "reports"] as const) {
      const log = new ChannelLog();
      const spec = stdioSpec({ spawn: failingSpawn(systemCode, how), clock: new ManualClock() });
      const channel = createStdioChannel(spec, log);
      const error = await channel.open(neverAborted).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, phase: "spawning", cause: { code: systemCode } });
      expect(JSON.stringify(Object.getOwnPropertyDescriptors(error))).not.toContain("secret");
      await channel.close();
      expect(log.order).toEqual([]);
    }
  });

  it("may be opened once only, whatever comes of it", async () => {
    const { channel } = await opened();
    await channel.open(neverAborted);
    const failing = createStdioChannel(
      stdioSpec({ spawn: failingSpawn("EAGAIN", "throws") }),
      new ChannelLog(),
    );
    await expect(failing.open(neverAborted)).rejects.toThrow();
    await expect(failing.open(neverAborted)).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });
});

describe("closing", () => {
  it("goes up the ladder, with the same time for each step", async () => {
    const { channel, child, clock } = await opened({ stopGraceMs: 1_500 });
    let isClosed = false;
    const closing = channel.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1_499);
    expect(child.done).toEqual(["end"]);
    await clock.advance(1);
    expect(child.done).toEqual(["end", "SIGTERM"]);
    await clock.advance(1_499);
    expect(child.done).toEqual(["end", "SIGTERM"]);
    await clock.advance(1);
    expect(child.done).toEqual(["end", "SIGTERM", "SIGKILL"]);
    expect(isClosed).toBe(false);
    child.isGroupAlive_ = false;
    child.says.exited({ code: null, signal: "SIGKILL" });
    await closing;
    expect(child.done).toEqual(["end", "SIGTERM", "SIGKILL", "release"]);
    expect(clock.pending).toBe(0);
  });

  it("gives up on what cannot be killed, within the limits", async () => {
    const warnings: string[] = [];
    const warn: Logger["warn"] = (message) => warnings.push(message);
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
    const { channel, child, clock } = await opened({ stopGraceMs: 1_000, logger });
    let isClosed = false;
    void channel.close().then(() => {
      isClosed = true;
    });
    await clock.advance(3_500);
    expect(isClosed).toBe(true);
    expect(child.done).toEqual(["end", "SIGTERM", "SIGKILL", "SIGKILL", "release"]);
    expect(warnings).toEqual([expect.stringContaining("survived")]);
    expect(clock.pending).toBe(0);
  });

  it("does not wait for a child that has closed its input to read its end", async () => {
    const { channel, child, clock } = await opened();
    child.readsStdin = false;
    void channel.close();
    await clock.advance(0);
    expect(child.done).toEqual(["end", "SIGTERM"]);
  });

  it("sends what is left of the group SIGTERM at once, and SIGKILL soon", async () => {
    const { channel, child, clock } = await opened();
    child.says.stdoutEnded();
    child.says.exited({ code: 0, signal: null });
    const closing = channel.close();
    await clock.advance(0);
    expect(child.done).toEqual(["end", "SIGTERM"]);
    await clock.advance(499);
    expect(child.done).toEqual(["end", "SIGTERM"]);
    await clock.advance(1);
    expect(child.done).toEqual(["end", "SIGTERM", "SIGKILL"]);
    child.isGroupAlive_ = false;
    await clock.advance(80);
    await closing;
    expect(child.done.at(-1)).toBe("release");
  });

  it("signals nobody when nobody is left", async () => {
    const { channel, child } = await opened();
    child.isGroupAlive_ = false;
    child.says.stdoutEnded();
    child.says.exited({ code: 0, signal: null });
    await channel.close();
    expect(child.done).toEqual(["end", "release"]);
  });

  it("reports nothing any more, once it has begun", async () => {
    const { channel, log, child } = await opened();
    channel.call([hookCall(1)]);
    void channel.close();
    child.print(answer("h1"));
    child.says.stdoutEnded();
    child.says.exited({ code: 0, signal: null });
    channel.call([hookCall(2)]);
    channel.cancel([1]);
    await settle();
    expect(log.order).toEqual([]);
    await expect(
      channel.transport.send({ jsonrpc: "2.0", id: 1, method: "ping" }),
    ).rejects.toThrow();
  });

  it("may begin inside of a report", async () => {
    const child = new FakeChild();
    const log = new ChannelLog();
    const channel = createStdioChannel(
      stdioSpec({ spawn: child.spawn, clock: new ManualClock() }),
      {
        answered: (answers) => {
          log.answered(answers);
          void channel.close();
        },
        failed: (failures) => log.failed(failures),
        lost: (loss) => log.lost(loss),
      },
    );
    await channel.open(neverAborted);
    channel.call([hookCall(1), hookCall(2)]);
    child.print(`${answer("h1")}{"jsonrpc":"2.0","id":"h2"}\n${"garbage\n".repeat(101)}`);
    expect(log.order).toEqual(["answered"]);
  });

  it("ends in time a start that is under way", async () => {
    const child = new FakeChild();
    let allow: (verdict: boolean) => void = () => {};
    const commandPolicy = () =>
      new Promise<boolean>((resolve) => {
        allow = resolve;
      });
    const asked = stdioSpec({ spawn: child.spawn, commandPolicy, clock: new ManualClock() });
    const channel = createStdioChannel(asked, new ChannelLog());
    const opening = channel.open(neverAborted);
    opening.catch(() => {});
    await channel.close();
    await expect(opening).rejects.toMatchObject({ code: "ABORTED", phase: "spawning" });
    allow(true);
    await settle();
    expect(child.command).toBeUndefined();
  });

  it("is the end, also before the beginning", async () => {
    const child = new FakeChild();
    const channel = createStdioChannel(stdioSpec({ spawn: child.spawn }), new ChannelLog());
    await channel.close();
    await expect(channel.open(neverAborted)).rejects.toMatchObject({ code: "ABORTED" });
    expect(child.command).toBeUndefined();
  });

  it("is one, however often it is asked for, and also the SDK's way to ask", async () => {
    const { channel, child, clock } = await opened();
    const closings = [channel.close(), channel.transport.close(), channel.close()];
    expect(new Set(closings).size).toBe(1);
    child.isGroupAlive_ = false;
    child.says.exited({ code: 0, signal: null });
    await Promise.all(closings);
    expect(child.done).toEqual(["end", "release"]);
    expect(clock.pending).toBe(0);
  });

  it("after kill waits for the end", async () => {
    const { channel, log, child } = await opened();
    channel.kill();
    expect(child.done).toEqual(["SIGKILL", "closePipes"]);
    const closing = channel.close();
    child.isGroupAlive_ = false;
    child.says.exited({ code: null, signal: "SIGKILL" });
    await closing;
    expect(child.done.at(-1)).toBe("release");
    expect(log.order).toEqual([]);
  });
});

describe("an abort", () => {
  it("before the opening spawns nothing", async () => {
    const child = new FakeChild();
    const channel = createStdioChannel(stdioSpec({ spawn: child.spawn }), new ChannelLog());
    await expect(channel.open(AbortSignal.abort("reason"))).rejects.toMatchObject({
      code: "ABORTED",
      phase: "spawning",
      cause: "reason",
    });
    expect(child.command).toBeUndefined();
  });

  it("of the opening leaves the child to close()", async () => {
    const child = new FakeChild();
    const log = new ChannelLog();
    const clock = new ManualClock();
    const abort = new AbortController();
    const spawn: StdioSpec["spawn"] = (command, listener) => {
      child.spawn(command, { ...listener, spawned: () => {} });
      abort.abort();
      return child;
    };
    const channel = createStdioChannel(stdioSpec({ spawn, clock }), log);
    await expect(channel.open(abort.signal)).rejects.toMatchObject({ code: "ABORTED" });
    child.says.spawned();
    channel.call([hookCall(1)]);
    expect(child.written).toEqual([]);
    void channel.close();
    await settle();
    expect(child.done).toEqual(["end"]);
    expect(log.order).toEqual([]);
  });

  it("after the opening has no effect", async () => {
    const abort = new AbortController();
    const child = new FakeChild();
    const clock = new ManualClock();
    const log = new ChannelLog();
    const channel = createStdioChannel(stdioSpec({ spawn: child.spawn, clock }), log);
    await channel.open(abort.signal);
    abort.abort();
    channel.call([hookCall(1)]);
    child.print(answer("h1"));
    expect(log.order).toEqual(["answered"]);
  });
});
