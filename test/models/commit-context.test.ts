import { describe, expect, test } from "vitest";
import { commitContext } from "../../src/models/commit-context.ts";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import { failureOf } from "./support/answers.ts";

const returned = { state: { a: 2 }, metadata: { m: 2 }, globalState: { g: 2 } };

function context(): PluginContext {
  return {
    state: { a: 1 },
    metadata: { m: 1 },
    global_context: {
      request_id: "r",
      tenant_id: "t",
      state: { g: 1 },
      metadata: { gm: 1 },
    },
  };
}

const before = context();
const after = {
  state: { a: 2 },
  metadata: { m: 2 },
  global_context: { request_id: "r", tenant_id: "t", state: { g: 2 }, metadata: { gm: 1 } },
};

describe("commitContext", () => {
  test("replaces state, metadata and the global state, and nothing else", () => {
    const target = context();
    const shared = target.global_context;
    commitContext("P", target, returned);
    expect(target).toStrictEqual(after);
    expect(target.global_context).toBe(shared);
    expect(target.state).toBe(returned.state);
  });

  test("sets what was missing", () => {
    const target = { global_context: { request_id: "r" } } as PluginContext;
    commitContext("P", target, returned);
    expect(target).toStrictEqual({
      state: { a: 2 },
      metadata: { m: 2 },
      global_context: { request_id: "r", state: { g: 2 } },
    });
  });

  test("sets through setters, also inherited ones", () => {
    class Holder {
      #state: Record<string, unknown> = {};
      metadata = {};
      readonly global_context = { request_id: "r", state: {}, metadata: {} };
      get state(): Record<string, unknown> {
        return this.#state;
      }
      set state(state: Record<string, unknown>) {
        this.#state = state;
      }
    }
    const target = new Holder();
    commitContext("P", target, returned);
    expect(target.state).toStrictEqual({ a: 2 });
    expect(Object.keys(target)).not.toContain("state");
  });

  test.each<[string, (target: PluginContext) => unknown, string]>([
    ["a frozen context", Object.freeze, "context.state"],
    [
      "a frozen global context",
      ({ global_context }) => Object.freeze(global_context),
      "context.global_context.state",
    ],
    [
      "a read-only member",
      (target) => Object.defineProperty(target, "metadata", { writable: false }),
      "context.metadata",
    ],
    [
      "a getter without a setter",
      (target) =>
        Object.defineProperty(target, "metadata", { get: () => before.metadata, enumerable: true }),
      "context.metadata",
    ],
    [
      "a setter that throws",
      (target) =>
        Object.defineProperty(target.global_context, "state", {
          get: () => before.global_context.state,
          set: () => {
            throw new Error("no");
          },
          enumerable: true,
        }),
      "context.global_context.state",
    ],
  ])("%s changes nothing", (_, spoil, path) => {
    const target = context();
    spoil(target);
    const failure = failureOf(() => commitContext("P", target, returned));
    expect(failure).toMatchObject({ code: "SERIALIZE_FAILED", outcome: "answered", plugin: "P" });
    expect(failure.message).toContain(path);
    expect(JSON.parse(JSON.stringify(target))).toStrictEqual(before);
  });

  test("a member that is missing from an object that cannot grow changes nothing", () => {
    const { state: _, ...rest } = context();
    const target = Object.preventExtensions(rest) as PluginContext;
    expect(failureOf(() => commitContext("P", target, returned)).message).toContain(
      "context.state",
    );
    expect(target).toStrictEqual(rest);
    expect(target.metadata).toStrictEqual({ m: 1 });
  });

  test("a member that was missing before is missing again if a later one cannot be set", () => {
    const target = context();
    Reflect.deleteProperty(target, "state");
    Object.defineProperty(target, "metadata", {
      set: () => {
        throw new Error("no");
      },
    });
    expect(() => commitContext("P", target, returned)).toThrow("context.metadata");
    expect(target).not.toHaveProperty("state");
  });

  test("no setter is called if it can be told before that another member is read-only", () => {
    const calls: unknown[] = [];
    const target = context();
    Object.defineProperty(target, "state", { set: (state) => calls.push(state) });
    Object.freeze(target.global_context);
    expect(() => commitContext("P", target, returned)).toThrow("context.global_context.state");
    expect(calls).toStrictEqual([]);
  });

  test.each([
    ["frozen", Object.freeze({ metadata: { m: 1 } })],
    ["a getter", Object.defineProperty({}, "metadata", { get: () => before.metadata })],
  ])("what is inherited and %s changes nothing", (_, prototype) => {
    const { metadata: _own, ...rest } = context();
    const target = Object.assign(Object.create(prototype), rest);
    expect(() => commitContext("P", target, returned)).toThrow("context.metadata");
    expect(target).toMatchObject(before);
  });

  test("a sealed object with an inherited setter is set", () => {
    let state: unknown = { a: 1 };
    const prototype = Object.defineProperty({}, "state", {
      get: () => state,
      set: (value) => {
        state = value;
      },
    });
    const { state: _own, ...rest } = context();
    const target = Object.seal(Object.assign(Object.create(prototype), rest));
    commitContext("P", target, returned);
    expect(state).toBe(returned.state);
  });

  test("a global context that has gone is said, and changes nothing", () => {
    const target = { ...context(), global_context: null } as unknown as PluginContext;
    expect(failureOf(() => commitContext("P", target, returned)).message).toContain(
      "context.global_context.state",
    );
    expect(target.state).toStrictEqual({ a: 1 });
  });
});
