import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { childRegistry } from "../../../src/transports/stdio/child-registry.ts";
import { hostilePlugin, PluginControl } from "../../fixtures/control.ts";
import { eventually, isAlive } from "../../fixtures/processes.ts";
import { connectPlugin } from "./harness.ts";

const host = fileURLToPath(new URL("../../fixtures/stdio/host.mjs", import.meta.url));
const builtChannel = new URL(
  "../../../dist/src/transports/stdio/stdio-channel.js",
  import.meta.url,
);

let control: PluginControl;

beforeEach(async () => {
  control = await PluginControl.create();
});

afterEach(async () => {
  await control.close();
});

describe("a host that ends", () => {
  it.each(["exit", "throw", "kill"])(
    "by %s takes a plugin that ignores everything with it",
    async (ending) => {
      expect(inject("buildErrors")).toBe("");
      control.prepare(
        { do: "ignoreEnd" },
        { do: "onSignal", signal: "SIGTERM", reaction: "ignore" },
        { do: "grandchild", ignoreTerm: true, keepStdout: true },
      );
      const { process: child, plugin } = await startHost();
      const { pid } = await plugin.next("grandchild");
      child.stdin.write(`${ending}\n`);
      const [code] = await once(child, "exit");
      expect(code).toBe(ending === "throw" ? 1 : 0);
      await eventually(() => !isAlive(plugin.pid) && !isAlive(pid), "both are dead");
    },
  );

  it.each(["close", "kill"])(
    "by %s is not kept alive by a process that holds the pipes",
    async (ending) => {
      expect(inject("buildErrors")).toBe("");
      control.prepare({ do: "grandchild", ownSession: true, keepStdout: true });
      const { process: child, plugin } = await startHost();
      const { pid } = await plugin.next("grandchild");
      child.stdin.write(`${ending}\n`);
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(isAlive(plugin.pid)).toBe(false);
      expect(isAlive(pid)).toBe(true);
    },
  );

  async function startHost() {
    const process_ = spawn(
      process.execPath,
      [host, builtChannel.href, process.execPath, hostilePlugin],
      {
        env: { ...process.env, ...control.env },
        stdio: ["pipe", "ignore", "ignore"],
      },
    );
    return { process: process_, plugin: await control.started() };
  }
});

describe("the exit listener", () => {
  it("is one for all plugins, and gone when they are", async () => {
    const before = process.listenerCount("exit");
    const plugins = await Promise.all([1, 2, 3].map(() => connectPlugin(control)));
    expect(process.listenerCount("exit")).toBe(before + 1);
    await Promise.all(plugins.slice(1).map(({ channel }) => channel.close()));
    expect(process.listenerCount("exit")).toBe(before + 1);
    const [last] = plugins;
    last?.plugin.disconnect();
    await last?.log.loss();
    expect(process.listenerCount("exit")).toBe(before);
  });

  it("is shared by two copies of the library", async () => {
    const url = new URL("../../../src/transports/stdio/child-registry.ts", import.meta.url);
    const copy: { childRegistry: typeof childRegistry } = await import(`${url.pathname}?copy`);
    expect(copy.childRegistry).not.toBe(childRegistry);
    expect(copy.childRegistry()).toBe(childRegistry());
  });

  it("kills all, also when one fails", () => {
    const before = new Set(process.listeners("exit"));
    const killed: number[] = [];
    const kills = [1, 2, 3].map((id) => () => {
      if (id === 2) throw new Error("not this one");
      killed.push(id);
    });
    const registry = childRegistry();
    for (const kill of kills) registry.add(kill);
    const added = process.listeners("exit").filter((listener) => !before.has(listener));
    for (const listener of added) listener(0);
    for (const kill of kills) registry.delete(kill);
    expect(added).toHaveLength(1);
    expect(killed).toEqual([1, 3]);
    expect(process.listenerCount("exit")).toBe(before.size);
  });
});
