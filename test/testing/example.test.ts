// How a host tests its own code against a plugin that fails on cue. In a project of your own the imports are from
// "mcp-tether", "mcp-tether/server" and "mcp-tether/testing".
import { expect, test } from "vitest";
import { type ExternalPlugin, PluginError } from "../../src/index.ts";
import { allow, block, definePlugin } from "../../src/server/index.ts";
import { at, die, hang, onCall, simulatePlugin } from "../../src/testing/index.ts";

/** The code under test: before a gateway calls a tool, it asks its guard. Without an answer no tool is called. */
async function decide(guard: ExternalPlugin, tool: string): Promise<string> {
  const context = {
    state: {},
    metadata: {},
    global_context: { request_id: "r1", state: {}, metadata: {} },
  };
  try {
    const options = { timeoutMs: 2_000 };
    const result = await guard.invokeHook("tool_pre_invoke", { name: tool }, context, options);
    return result.continue_processing ? "call" : `refuse: ${result.violation?.reason}`;
  } catch (error) {
    if (PluginError.is(error)) return `refuse: ${error.code}, ${error.outcome}`;
    throw error;
  }
}

/** The plugin on the other side: the same definition that a server would serve. */
const toolPolicy = definePlugin({
  name: "ToolPolicy",
  hooks: {
    tool_pre_invoke: ({ name }) =>
      name === "rm"
        ? block({ reason: "not allowed", description: "rm is not allowed", code: "POLICY" })
        : allow(),
  },
});

test("the guard decides", async () => {
  const { plugin, world } = simulatePlugin(toolPolicy);
  await world.until(plugin.initialize());
  expect(await world.until(decide(plugin, "search"))).toBe("call");
  expect(await world.until(decide(plugin, "rm"))).toBe("refuse: not allowed");
  await world.until(plugin.shutdown());
  expect(world.alive).toEqual({ processes: 0, connections: 0, sessions: 0, calls: 0 });
});

test("a guard that dies at its second call refuses that one, and is back for the third", async () => {
  const { plugin, world } = simulatePlugin(toolPolicy, {
    faults: [onCall(2, die({ signal: "SIGSEGV" }))],
  });
  await world.until(plugin.initialize());
  expect(await world.until(decide(plugin, "search"))).toBe("call");
  expect(await world.until(decide(plugin, "search"))).toBe("refuse: SESSION_LOST, unknown");
  expect(await world.until(decide(plugin, "search"))).toBe("call");
  expect(plugin.status()).toMatchObject({ generation: 2, lastExit: { signal: "SIGSEGV" } });
});

test("no tool is called while the guard is away, and it is found again", async () => {
  const { plugin, world } = simulatePlugin(toolPolicy, {
    transport: "http",
    faults: [at(1_000, die({ downMs: 60_000 }))],
  });
  await world.until(plugin.initialize());
  await world.advance(30_000);
  expect(await world.until(decide(plugin, "search"))).toBe("refuse: UNAVAILABLE, not_processed");
  // Three minutes go by in no time.
  await world.advance(150_000);
  expect(await world.until(decide(plugin, "search"))).toBe("call");
});

test("a guard that hangs costs no more than the time that it is given", async () => {
  const { plugin, world } = simulatePlugin(toolPolicy, { faults: [onCall(1, hang())] });
  await world.until(plugin.initialize());
  const askedAt = world.clock.now();
  expect(await world.until(decide(plugin, "search"))).toBe("refuse: DEADLINE_EXCEEDED, unknown");
  expect(world.clock.now() - askedAt).toBe(2_000);
});
