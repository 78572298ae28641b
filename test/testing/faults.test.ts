import { describe, expect, test } from "vitest";
import { allow, definePlugin } from "../../src/server/index.ts";
import {
  answerWith,
  type Cue,
  change,
  cut,
  delay,
  die,
  duplicate,
  type Fault,
  freeze,
  garble,
  hang,
  loseSession,
  onCall,
  onConfig,
  onHandshake,
  onOpen,
  print,
  refuse,
  resist,
  rpcError,
  type SimulationOptions,
  speak,
  split,
  status,
} from "../../src/testing/index.ts";
import { ask, fail, guard, start } from "./support/guard.ts";

type Transport = "stdio" | "http";

/** What the second of three calls comes to, over each transport. The first and the third are always allowed. */
interface Expectation {
  readonly name: string;
  readonly fault: Fault;
  readonly stdio?: string;
  readonly http?: string;
}

const expectations: readonly Expectation[] = [
  {
    name: "die, at work",
    fault: die(),
    stdio: "SESSION_LOST unknown",
    http: "SESSION_LOST unknown",
  },
  {
    name: "die, half way through the answer",
    fault: die({ moment: "answering" }),
    stdio: "SESSION_LOST unknown",
    http: "INVALID_RESPONSE unknown",
  },
  {
    name: "die, after the answer",
    fault: die({ moment: "answered" }),
    stdio: "allowed",
    http: "allowed",
  },
  {
    name: "die, and leave a process behind that holds the pipe",
    fault: die({ leavesOrphan: true }),
    stdio: "SESSION_LOST unknown",
  },
  {
    name: "hang",
    fault: hang(),
    stdio: "DEADLINE_EXCEEDED unknown",
    http: "DEADLINE_EXCEEDED unknown",
  },
  {
    name: "freeze",
    fault: freeze(),
    stdio: "DEADLINE_EXCEEDED unknown",
  },
  { name: "freeze for a time", fault: freeze({ forMs: 900 }), stdio: "allowed", http: "allowed" },
  { name: "delay", fault: delay(900), stdio: "allowed", http: "allowed" },
  {
    name: "loseSession",
    fault: loseSession(),
    stdio: "SESSION_LOST unknown",
    // The server has refused it, so it is sent again.
    http: "allowed",
  },
  {
    name: "garble: noJson",
    fault: garble(),
    stdio: "DEADLINE_EXCEEDED unknown",
    http: "INVALID_RESPONSE unknown",
  },
  {
    name: "garble: noUtf8",
    fault: garble("noUtf8"),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE answered",
  },
  {
    name: "garble: bothMembers",
    fault: garble("bothMembers"),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE answered",
  },
  {
    name: "garble: noMember",
    fault: garble("noMember"),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE unknown",
  },
  {
    name: "garble: batch",
    fault: garble("batch"),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE answered",
  },
  {
    name: "garble: otherId",
    fault: garble("otherId"),
    stdio: "DEADLINE_EXCEEDED unknown",
    http: "INVALID_RESPONSE unknown",
  },
  {
    name: "garble: huge",
    fault: garble("huge"),
    stdio: "SESSION_LOST unknown",
    http: "TOO_LARGE unknown",
  },
  {
    name: "answerWith no JSON",
    fault: answerWith("nonsense"),
    stdio: "JSON_DECODE_ERROR answered",
    http: "JSON_DECODE_ERROR answered",
  },
  {
    name: "answerWith an allow that does not say so",
    fault: answerWith('{"plugin_name":"Guard","result":{}}'),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE answered",
  },
  {
    name: "answerWith a failed tool",
    fault: answerWith("failed", { isError: true }),
    stdio: "INVALID_RESPONSE answered",
    http: "INVALID_RESPONSE answered",
  },
  {
    name: "rpcError",
    fault: rpcError(),
    stdio: "RPC_ERROR answered",
    http: "RPC_ERROR answered",
  },
  { name: "split", fault: split(3, { everyMs: 1 }), stdio: "allowed", http: "allowed" },
  { name: "duplicate", fault: duplicate(), stdio: "allowed", http: "allowed" },
  {
    name: "cut, at work",
    fault: cut({ moment: "running" }),
    stdio: "SESSION_LOST unknown",
    http: "SESSION_LOST unknown",
  },
  {
    name: "cut, half way through the answer",
    fault: cut(),
    stdio: "SESSION_LOST unknown",
    http: "INVALID_RESPONSE unknown",
  },
  { name: "print", fault: print("debug", "debug"), stdio: "allowed" },
  {
    name: "print without end",
    fault: print(...Array.from({ length: 101 }, () => "debug")),
    stdio: "SESSION_LOST unknown",
  },
  { name: "resist", fault: resist(), stdio: "allowed" },
  { name: "refuse", fault: refuse(), stdio: "allowed", http: "allowed" },
  {
    name: "status 500",
    fault: status(500),
    http: "HTTP_STATUS unknown",
  },
  { name: "status 202", fault: status(202), http: "INVALID_RESPONSE unknown" },
  { name: "status 404", fault: status(404), http: "allowed" },
  {
    name: "status 429",
    fault: status(429, { headers: { "retry-after": "3" } }),
    http: "RATE_LIMITED not_processed",
  },
];

const maxMessageBytes = 1_000;
const settings: SimulationOptions = {
  options: { timeouts: { callMs: 2_000 }, abandonGraceMs: 500, maxMessageBytes, stopGraceMs: 300 },
};

describe.each<Transport>(["stdio", "http"])("over %s, the second call", (transport) => {
  const cases = expectations.flatMap((expectation) => {
    const outcome = expectation[transport];
    return outcome === undefined ? [] : [{ ...expectation, outcome }];
  });

  test.each(cases)("$name: $outcome", async ({ fault, outcome }) => {
    const simulation = await start({ ...settings, transport, faults: [onCall(2, fault)] });
    expect(await ask(simulation)).toBe("allowed");
    expect(await ask(simulation)).toBe(outcome);
    const { plugin, world } = simulation;
    // A call that crosses the news of a loss on its way may be lost too.
    await world.advance(10);
    expect(await ask(simulation)).toBe("allowed");
    expect(
      world.events.some((event) => event.type === "struck" && event.fault === fault.kind),
    ).toBe(true);
    await world.until(plugin.shutdown());
    // A session that the server only claims to have lost stays there.
    expect(world.alive).toMatchObject({ processes: 0, connections: 0, calls: 0 });
  });

  test("of a frozen plugin: whoever waits gets an error in time, and the stop ends it", async () => {
    const faults = [onCall(2, freeze())];
    const { plugin, world } = await start({ ...settings, transport, faults });
    const calls = [ask({ plugin, world }), ask({ plugin, world }), ask({ plugin, world })];
    await world.until(Promise.all(calls));
    await world.until(plugin.shutdown(), 10_000);
    expect(world.alive).toMatchObject({ processes: 0, connections: 0 });
  });
});

describe("a start", () => {
  test.each<[string, Cue, Transport, string]>([
    ["that is refused", onOpen(1, refuse()), "stdio", "SPAWN_FAILED"],
    ["without resources", onOpen(1, refuse({ code: "EMFILE" })), "stdio", "RESOURCE_EXHAUSTED"],
    ["that is refused", onOpen(1, refuse()), "http", "CONNECT_FAILED"],
    ["that hangs", onOpen(1, hang()), "stdio", "SPAWN_FAILED"],
    ["that hangs", onOpen(1, hang()), "http", "CONNECT_FAILED"],
    ["of what dies at once", onOpen(1, die({ code: 7 })), "stdio", "INITIALIZE_FAILED"],
    ["with another protocol", onHandshake(1, speak("1999-01-01")), "stdio", "VERSION_UNSUPPORTED"],
    ["with an error", onHandshake(1, rpcError()), "http", "INITIALIZE_FAILED"],
    ["that nobody may make", onHandshake(1, status(401)), "http", "UNAUTHORIZED"],
    ["without an answer", onHandshake(1, hang()), "http", "INITIALIZE_FAILED"],
    ["without a configuration", onConfig(1, answerWith("{}")), "stdio", "CONFIG_FETCH_FAILED"],
    ["that ends early", onConfig(1, die()), "stdio", "CONFIG_FETCH_FAILED"],
  ])("%s", async (_, cue, transport, code) => {
    const options = { startAttempts: 1, timeouts: { openMs: 500, initializeMs: 500 } };
    const { plugin, world } = guard({ transport, faults: [cue], options });
    expect(await fail(world.until(plugin.initialize()))).toMatchObject({ code });
    await world.until(plugin.initialize());
    expect(await ask({ plugin, world })).toBe("allowed");
  });

  test("of what has died says how", async () => {
    const faults = [onOpen(1, die({ code: 7, stderr: "ModuleNotFoundError: numpy\n" }))];
    const { plugin, world } = guard({ faults });
    const error = await fail(world.until(plugin.initialize()));
    expect(error).toMatchObject({ exit: { code: 7, signal: null } });
    expect(error.stderrTail).toBe("ModuleNotFoundError: numpy\n");
  });
});

test("a plugin that resists is killed, and that takes the time that it is given", async () => {
  const faults = [onCall(1, resist())];
  const simulation = await start({ faults, options: { stopGraceMs: 1_000 } });
  expect(await ask(simulation)).toBe("allowed");
  const { plugin, world } = simulation;
  const from = world.clock.now();
  await world.until(plugin.shutdown());
  expect(world.clock.now() - from).toBe(2_000);
  expect(plugin.status().lastExit).toEqual({ code: null, signal: "SIGKILL" });
});

test("a server that is another one after a reconnect", async () => {
  const other = definePlugin({ name: "Guard", hooks: { prompt_pre_fetch: () => allow() } });
  const simulation = await start({ faults: [onCall(2, change(other))] });
  const { plugin, world } = simulation;
  const changes: unknown[] = [];
  plugin.on("configChanged", (event) => changes.push(event));
  expect(await ask(simulation)).toBe("allowed");
  expect(await ask(simulation)).toBe("PLUGIN_ERROR answered");
  await world.until(plugin.reconnect());
  expect(changes).toHaveLength(1);
  expect(await ask(simulation)).toBe("HOOK_UNKNOWN not_processed");
});

test.each<[Transport, Fault]>([
  ["stdio", status(500)],
  ["http", print("debug")],
  ["http", resist()],
])("over %s some faults cannot happen", (transport, fault) => {
  expect(() => guard({ transport, faults: [onCall(1, fault)] })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
  expect(() => guard({ transport }).world.inject(fault)).toThrow(/cannot happen over/);
});
