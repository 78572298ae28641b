import { expect, test } from "vitest";
import type { PluginOptions } from "../../src/options.ts";
import { unhandledDuring } from "../support/unhandled.ts";
import { call, failure, inState, newControl, next, stdioPlugin } from "./support/harness.ts";

/** Whatever a host passes may be asynchronous by mistake, and fail: an unhandled rejection would be the end of the host. */
class Faulty {
  readonly called = new Set<string>();

  named(name: string): () => never {
    return (() => {
      this.called.add(name);
      return Promise.reject(new Error(`of the host's ${name}`));
    }) as () => never;
  }
}

test("callbacks that reject harm neither the connection nor the process", async () => {
  const faulty = new Faulty();
  const control = await newControl();
  control.prepare({ do: "write", to: "stderr", text: "hello\n" });
  const options: PluginOptions = {
    logger: {
      debug: faulty.named("debug"),
      info: faulty.named("info"),
      warn: faulty.named("warn"),
      error: faulty.named("error"),
    },
    onStderr: faulty.named("onStderr"),
    random: faulty.named("random"),
    inspect: faulty.named("inspect"),
    validation: "reference",
  };
  const unhandled = await unhandledDuring(async () => {
    const plugin = stdioPlugin(control, options);
    for (const event of ["stateChange", "ready", "reconnecting", "terminated"] as const)
      plugin.on(event, faulty.named(event));
    await plugin.initialize();
    const again = next(plugin, "ready");
    await (await control.started()).tell({ do: "die", signal: "SIGKILL" });
    await again;
    await inState(plugin, "ready.waiting");
    expect(await call(plugin, "a")).toMatchObject({ continue_processing: true });
    await plugin.shutdown();
  });
  expect(unhandled).toEqual([]);
  const expected = ["debug", "error", "inspect", "onStderr", "random", "ready", "reconnecting"];
  expect([...faulty.called]).toEqual(expect.arrayContaining(expected));
});

test("an observer of inspection may be an object, and reject as well", async () => {
  const faulty = new Faulty();
  const control = await newControl();
  const unhandled = await unhandledDuring(async () => {
    const plugin = stdioPlugin(control, { inspect: { next: faulty.named("next") } });
    await plugin.initialize();
    await plugin.shutdown();
  });
  expect(unhandled).toEqual([]);
  expect(faulty.called).toEqual(new Set(["next"]));
});

test("a policy that rejects after its time is over is nobody's", async () => {
  const control = await newControl();
  let refuse: (why: Error) => void = () => {};
  const commandPolicy = () => new Promise<boolean>((_, reject) => (refuse = reject));
  const unhandled = await unhandledDuring(async () => {
    const plugin = stdioPlugin(control, { commandPolicy, timeouts: { openMs: 50 } });
    expect(await failure(plugin.initialize())).toMatchObject({ code: "SPAWN_FAILED" });
    refuse(new Error("too late"));
    await plugin.shutdown();
  });
  expect(unhandled).toEqual([]);
});
