import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { isAborted, reasonOf, watchAbort } from "../../src/actors/abort-watch.ts";

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

describe("the watch of an abort", () => {
  it("tells all of its signal the reason, once", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    for (const who of ["a", "b"])
      watchAbort(controller.signal, (reason) => heard.push(`${who} ${reason}`));
    controller.abort("why");
    controller.abort("again");
    expect(heard).toEqual(["a why", "b why"]);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("has one listener for any number of calls, and none after the last", () => {
    const { signal } = new AbortController();
    const undo = Array.from({ length: 10_000 }, () => watchAbort(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    const last = undo.pop();
    for (const end of undo) end();
    expect(listeners(signal)).toBe(1);
    last?.();
    last?.();
    expect(listeners(signal)).toBe(0);
  });

  it("begins anew after the last has left", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    watchAbort(controller.signal, () => heard.push("left"))();
    watchAbort(controller.signal, () => heard.push("stayed"));
    controller.abort();
    expect(heard).toEqual(["stayed"]);
  });

  it("ends for one alone, also where the same function watches twice", () => {
    const controller = new AbortController();
    let heard = 0;
    const listen = (): void => void heard++;
    const end = watchAbort(controller.signal, () => listen());
    watchAbort(controller.signal, () => listen());
    end();
    controller.abort();
    expect(heard).toBe(1);
  });

  it("does not tell one that was ended by an earlier one", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const ends: (() => void)[] = [];
    watchAbort(controller.signal, () => {
      heard.push("first");
      for (const end of ends) end();
    });
    ends.push(watchAbort(controller.signal, () => heard.push("second")));
    controller.abort();
    expect(heard).toEqual(["first"]);
  });

  it("of one that has been tells at once, and leaves no listener", () => {
    const signal = AbortSignal.abort("why");
    const heard: unknown[] = [];
    watchAbort(signal, (reason) => heard.push(reason))();
    expect(heard).toEqual(["why"]);
    expect(listeners(signal)).toBe(0);
  });

  it("keeps signals apart", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const heard: string[] = [];
    watchAbort(one.signal, () => heard.push("one"));
    watchAbort(other.signal, () => heard.push("other"));
    one.abort();
    expect(heard).toEqual(["one"]);
    expect(listeners(other.signal)).toBe(1);
  });
});

describe("what only looks like a signal", () => {
  const fail = (): never => {
    throw new Error("of the signal");
  };
  const sound = { aborted: false, reason: "why", addEventListener() {}, removeEventListener() {} };

  const made = (faults: object): AbortSignal =>
    Object.defineProperties({ ...sound }, Object.getOwnPropertyDescriptors(faults)) as never;

  it.each<[string, object]>([
    ["cannot be listened to", { addEventListener: fail }],
    ["does not let go", { removeEventListener: fail }],
    [
      "cannot say whether it was aborted",
      {
        get aborted() {
          return fail();
        },
      },
    ],
  ])("and %s, is watched without a word of it", (_, faults) => {
    const signal = made(faults);
    const end = watchAbort(signal, () => expect.unreachable());
    end();
    end();
    expect(isAborted(signal)).toBe(false);
  });

  it("and has no reason that can be read, tells of the abort without one", () => {
    const signal = made({
      aborted: true,
      get reason() {
        return fail();
      },
    });
    const heard: unknown[] = [];
    watchAbort(signal, (reason) => heard.push(reason));
    expect(heard).toEqual([undefined]);
    expect([isAborted(signal), reasonOf(signal)]).toEqual([true, undefined]);
  });

  it("and tells of the abort while it is being listened to, is heard", () => {
    const addEventListener = (_: string, listener: () => void): void => listener();
    const heard: unknown[] = [];
    watchAbort(made({ addEventListener }), (reason) => heard.push(reason))();
    expect(heard).toEqual(["why"]);
  });
});
