import { expect, test } from "vitest";
import { tellHost } from "../../src/tell-host.ts";
import { unhandledDuring } from "../support/unhandled.ts";

const problem = new Error("of the host");

/** An object with this member `then`. */
// biome-ignore lint/suspicious/noThenProperty: this is about such objects.
const thenable = (then: PropertyDescriptor): object => Object.defineProperty({}, "then", then);

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw problem;
    },
  ],
  ["rejects", () => Promise.reject(problem)],
  [
    "rejects later",
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw problem;
    },
  ],
  [
    "rejects as promises of another library do",
    () => thenable({ value: (_: unknown, reject: (why: Error) => void) => reject(problem) }),
  ],
  [
    "gives what cannot be looked at",
    () =>
      thenable({
        get: () => {
          throw problem;
        },
      }),
  ],
])("a function that %s has failed once, and harms nobody", async (_, call) => {
  let failures = 0;
  const unhandled = await unhandledDuring(() => {
    tellHost(call, () => {
      failures += 1;
    });
    tellHost(call);
  });
  expect(failures).toBe(1);
  expect(unhandled).toEqual([]);
});

test.each([undefined, null, 5, "text", {}, thenable({ value: 5 }), Promise.resolve()])(
  "one that gives %s has not failed",
  async (value) => {
    let calls = 0;
    const call = () => {
      calls += 1;
      return value;
    };
    await unhandledDuring(() => tellHost(call, () => expect.unreachable()));
    expect(calls).toBe(1);
  },
);
