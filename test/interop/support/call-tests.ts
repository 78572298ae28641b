import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ExternalPlugin } from "../../../src/external-plugin.ts";
import { type Clients, failureOf, fullContext, invoke } from "./clients.ts";
import { casesByHook } from "./hook-cases.ts";

const numberOfCalls = 500;

/** What a host does with plugins, beyond what is recorded. */
export function testCalls(clients: Clients, folder: () => string): void {
  test.each(casesByHook)("%s", async (hook, { plugin, payload, modified }) => {
    const client = await clients.of(plugin);
    const result = await invoke(client, hook, payload, fullContext({}));
    expect(result).toMatchObject({ continue_processing: true, violation: null });
    expect(result.modified_payload).toEqual(modified);
  });

  test("one context goes through a request, from hook to hook", async () => {
    const mutate = await clients.of("Mutate");
    const context = fullContext({ state: { mine: [1] }, global_context: { tenant_id: "t1" } });
    for (const name of ["first", "second", "third"])
      await mutate.invokeHook("tool_pre_invoke", { name }, context);
    expect(context).toEqual({
      state: { mine: [1], count: 3 },
      metadata: { touched: true },
      // What a plugin changes besides the three, stays with it.
      global_context: {
        request_id: "r1",
        tenant_id: "t1",
        state: { shared: "third" },
        metadata: {},
      },
    });
  });

  test("two plugins have states of their own, and share the global one", async () => {
    const { global_context } = fullContext({});
    const [one, other] = [fullContext({ global_context }), fullContext({ global_context })];
    // Not a copy of it: a host keeps one for each request.
    one.global_context = global_context;
    other.global_context = global_context;
    const mutate = await clients.of("Mutate");
    const echo = await clients.of("Echo");
    await mutate.invokeHook("tool_pre_invoke", { name: "before" }, one);
    await echo.invokeHook("tool_pre_invoke", { name: "before" }, other);
    expect([one.state, other.state]).toEqual([{ count: 1 }, {}]);
    expect(global_context.state).toEqual({ shared: "before" });
    await echo.invokeHook("tool_post_invoke", { name: "before", result: 1 }, other);
    await mutate.invokeHook("tool_pre_invoke", { name: "after" }, one);
    expect([one.state, other.state]).toEqual([{ count: 2 }, {}]);
    expect(other.global_context.state).toEqual({ shared: "after" });
  });

  test("an error that a plugin reports reaches the caller with all its fields", async () => {
    const raise = await clients.of("Raise");
    const failed = raise.invokeHook("tool_pre_invoke", { name: "plugin_error" }, fullContext({}));
    expect(await failureOf(failed)).toMatchObject({
      code: "PLUGIN_ERROR",
      outcome: "answered",
      error: {
        message: "typed failure",
        plugin_name: "Raise",
        code: "E_TYPED",
        details: { why: "fixture" },
        mcp_error_code: -32001,
      },
    });
  });

  test("a plugin that speaks of a terminated session runs once, and keeps its session", async () => {
    const raise = await clients.of("Raise");
    const { generation } = raise.status();
    const notes = path.join(folder(), "runs");
    const payload = { name: "session_terminated", args: { notes } };
    const failed = raise.invokeHook("tool_pre_invoke", payload, fullContext({}));
    expect(await failureOf(failed)).toMatchObject({
      code: "PLUGIN_ERROR",
      error: { message: "ValueError('the user session was terminated')" },
    });
    expect(await readFile(notes, "utf8")).toBe("ran\n");
    expect(raise.status().generation).toBe(generation);
  });

  test("a plugin that prints does no harm", async () => {
    const noisy = await clients.of("Noisy");
    const { generation } = noisy.status();
    for (let n = 0; n < 3; n++)
      expect(await invoke(noisy, "tool_pre_invoke", { name: "t" }, fullContext({}))).toMatchObject({
        continue_processing: true,
      });
    expect(noisy.status().generation).toBe(generation);
  });

  test("a deadline ends a slow call, and the next one is answered", async () => {
    const slow = await clients.of("Slow");
    const late = slow.invokeHook(
      "tool_pre_invoke",
      { name: "t", args: { ms: 3_000 } },
      fullContext({}),
      { timeoutMs: 100 },
    );
    expect(await failureOf(late)).toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    const next = await invoke(
      slow,
      "tool_pre_invoke",
      { name: "t", args: { ms: 1 } },
      fullContext({}),
    );
    expect(next.metadata).toMatchObject({ slept_ms: 1 });
  });

  test("what the server says of a plugin is merged with what the host says", async () => {
    const remote = await clients.of("Rewrite");
    expect(remote.config).toMatchObject({
      name: "Rewrite",
      kind: "external",
      hooks: ["tool_pre_invoke", "prompt_pre_fetch"],
      priority: 20,
      conditions: [{ tools: ["greet"], server_ids: ["s1"] }],
      config: { find: "bad", put: "good" },
    });
    const hosted = await clients.started("Rewrite", {}, { priority: 7, description: "ours" });
    expect(hosted.config).toMatchObject({ priority: 7, description: "ours", conditions: [{}] });
  });

  test(`${numberOfCalls} calls one after another`, async () => {
    const rewrite = await clients.of("Rewrite");
    for (let n = 0; n < numberOfCalls; n++) await expectOwnAnswer(rewrite, n);
    expect(rewrite.status()).toMatchObject({ state: "ready.waiting", queued: 0, inFlight: 0 });
  });

  test(`${numberOfCalls} calls, eight at a time`, async () => {
    const rewrite = await clients.started("Rewrite", { maxInFlight: 8 });
    const numbers = Array.from({ length: numberOfCalls }, (_, n) => n);
    await Promise.all(numbers.map((n) => expectOwnAnswer(rewrite, n)));
    expect(rewrite.status().generation).toBe(1);
  });
}

async function expectOwnAnswer(plugin: ExternalPlugin, n: number): Promise<void> {
  const payload = { name: "greet", args: { text: `bad ${n}`, n } };
  const { modified_payload } = await plugin.invokeHook("tool_pre_invoke", payload, fullContext({}));
  expect(modified_payload?.args).toEqual({ text: `good ${n}`, n });
}
