import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { PluginOptions } from "../../src/options.ts";
import {
  failure,
  httpConfig,
  newContext,
  newControl,
  newPlugin,
  next,
  stdioConfig,
} from "../external-plugin/support/harness.ts";
import { HttpPlugin, text } from "../external-plugin/support/http-plugin.ts";

/** Stands in everything that must not be seen. */
const secret = "s3cr3t";

const seen: string[] = [];
const options: PluginOptions = {
  inspect: (event) => seen.push(show(event)),
  stopGraceMs: 300,
  backoff: { kind: "linear", delayMs: 5 },
};

afterEach(() => {
  seen.length = 0;
});

/** All that somebody who watches could get out of an event: by printing it, and by looking into everything it leads to. */
function show(event: unknown): string {
  try {
    return `${inspect(event, { depth: 5 })} ${JSON.stringify(event)} ${textsIn(event).join(" ")}`;
  } catch (error) {
    return `${secret}, or at least ${error}`;
  }
}

/** All texts and names of members that can be reached. */
function textsIn(root: unknown): string[] {
  const texts: string[] = [];
  const met = new Set<unknown>();
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "string") texts.push(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) continue;
    if (met.has(value)) continue;
    met.add(value);
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    if (value instanceof Set) waiting.push(...value);
    for (const key of Reflect.ownKeys(value)) waiting.push(key, ownValue(value, key));
  }
  return texts;
}

// Without asking what is read by a getter of the class, such as the text of a plugin in an error.
function ownValue(of: object, key: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.value;
}

function secretCall() {
  const context = newContext();
  context.state = { token: secret };
  return { payload: { name: secret, args: { text: secret } }, context };
}

function expectNoSecret(): void {
  expect(seen.length).toBeGreaterThan(20);
  const found = seen.filter((shown) => shown.includes(secret));
  const places = found.map((shown) => shown.slice(shown.indexOf(secret) - 100).slice(0, 150));
  expect(places).toEqual([]);
}

describe("what an inspector sees", () => {
  it("of calls that succeed, are lost, late, given up and refused is no payload", async () => {
    const control = await newControl();
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = newPlugin(stdioConfig(control, { env: { PASSWORD: secret } }), {
      ...options,
      maxQueue: 3,
    });
    await plugin.initialize();
    const first = await control.started();
    const invoke = (init = {}) => {
      const { payload, context } = secretCall();
      return plugin.invokeHook("tool_pre_invoke", payload, context, {
        idempotencyKey: secret,
        ...init,
      });
    };
    const answered = invoke();
    await first.next("ran");
    const controller = new AbortController();
    const others = [invoke({ signal: controller.signal }), invoke({ timeoutMs: 50 }), invoke()];
    const refused = failure(invoke());
    expect(await refused).toMatchObject({ code: "QUEUE_FULL" });
    const ended = others.map(failure);
    controller.abort(secret);
    expect(await ended[0]).toMatchObject({ code: "ABORTED", cause: secret });
    expect(await ended[1]).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await first.tell({ do: "release" });
    expect(JSON.stringify(await answered)).toContain(secret);
    await first.next("ran");
    await first.tell({ do: "write", to: "stderr", text: secret });
    const reconnecting = next(plugin, "reconnecting");
    await first.tell({ do: "die", signal: "SIGKILL" });
    const lost = await ended[2];
    expect(lost).toMatchObject({ code: "SESSION_LOST", stderrTail: secret });
    expect((await reconnecting).cause?.stderrTail).toBe(secret);
    await plugin.shutdown();
    expect(show(plugin.actor.getSnapshot())).not.toContain(secret);
    expectNoSecret();
  });

  it("of answers and the credentials of a connection is nothing", async () => {
    const server = await HttpPlugin.start();
    server.config = { ...server.config, description: secret };
    const plugin = newPlugin(httpConfig(`${server.url}?key=${secret}`), {
      ...options,
      headers: { authorization: secret },
    });
    await plugin.initialize();
    const { payload, context } = secretCall();
    await plugin.invokeHook("tool_pre_invoke", payload, context);
    server.server.on("tools/call", (request) => {
      const error = { message: secret, plugin_name: "Guard", code: secret, details: {} };
      request.json({ result: text({ plugin_name: "Guard", error }) });
    });
    const error = await failure(plugin.invokeHook("tool_pre_invoke", payload, context));
    expect(error).toMatchObject({ code: "PLUGIN_ERROR", error: { message: secret } });
    server.server.on("tools/call", (request) => {
      request.json({ error: { code: -32_000, message: secret, data: secret } });
    });
    const rpc = await failure(plugin.invokeHook("tool_pre_invoke", payload, context));
    expect(rpc).toMatchObject({ code: "RPC_ERROR", error: { message: secret } });
    const snapshot = plugin.actor.getSnapshot();
    await plugin.shutdown();
    expect(show(snapshot)).not.toContain(secret);
    expectNoSecret();
  });
});

describe("an inspector that throws", () => {
  it.each([
    ["a function", () => fail],
    ["an observer", () => ({ next: fail })],
  ])("harms nobody: %s", async (_, make) => {
    const server = await HttpPlugin.start();
    const plugin = newPlugin(httpConfig(server.url), { ...options, inspect: make() });
    await plugin.initialize();
    const { payload, context } = secretCall();
    await plugin.invokeHook("tool_pre_invoke", payload, context);
    await plugin.shutdown();
    expect(server.server.of("DELETE")).toHaveLength(1);
  });

  function fail(): never {
    throw new Error("of the inspector");
  }
});
