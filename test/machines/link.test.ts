import { describe, expect, test } from "vitest";
import {
  awaitRetry,
  type Backoff,
  becameReady,
  coolDown,
  countLoss,
  hasAttemptsLeft,
  isFatal,
  isStartSpent,
  type Link,
  newLink,
  opened,
  proveAlive,
} from "../../machines/link.ts";
import { faultOf, settingsOf } from "./support/fixtures.ts";

const ready: Link = becameReady(opened(newLink));

const linkOf = (changes: Partial<Link>): Link => ({ ...ready, ...changes });

/** The waits before the attempts of a burst, the first one included. */
function waitsOf(backoff: Backoff): number[] {
  const policy = settingsOf({ backoff });
  return Array.from(
    { length: backoff.attempts },
    (_, attempt) => awaitRetry(linkOf({ attempt }), 0, policy).waitMs,
  );
}

describe("the waits of a burst", () => {
  const burst = { attempts: 6, delayMs: 100, factor: 3, maxMs: 350 };

  test("grow by the same time, up to the limit", () => {
    expect(waitsOf({ ...burst, kind: "linear" })).toEqual([0, 100, 200, 300, 350, 350]);
  });

  test("grow by the factor, up to the limit", () => {
    expect(waitsOf({ ...burst, kind: "exponential" })).toEqual([0, 100, 300, 350, 350, 350]);
  });

  test("are counted from the time at which the session was closed", () => {
    const policy = settingsOf({ backoff: { ...burst, kind: "linear" } });
    expect(awaitRetry(linkOf({ attempt: 2 }), 5_000, policy)).toMatchObject({
      waitMs: 200,
      retryAt: 5_200,
    });
  });
});

describe("attempts", () => {
  test("are as many as a first start has, or as a burst has", () => {
    const policy = settingsOf({
      startAttempts: 2,
      backoff: { ...settingsOf().backoff, attempts: 3 },
    });
    const left = (link: Link) => hasAttemptsLeft(link, 0, policy);
    expect([1, 2, 3].map((attempt) => left({ ...newLink, attempt }))).toEqual([true, false, false]);
    expect([2, 3, 4].map((attempt) => left(linkOf({ attempt })))).toEqual([true, false, false]);
  });

  test("are none once the burst has come to nothing, however long ago the losses were", () => {
    const policy = settingsOf();
    expect(hasAttemptsLeft(linkOf({ cooled: "CRASH_LOOP" }), 1_000_000, policy)).toBe(false);
  });

  test("are none for what cannot get better, at a first start only", () => {
    const policy = settingsOf({ startAttempts: 9 });
    const fault = faultOf("UNAUTHORIZED", { fatal: true });
    expect(hasAttemptsLeft({ ...newLink, fault }, 0, policy)).toBe(false);
    expect(hasAttemptsLeft(linkOf({ fault }), 0, policy)).toBe(true);
    expect(isFatal(newLink)).toBe(false);
  });

  test("are none while losses are as many as the limit allows within its time", () => {
    const policy = settingsOf({ restartLimit: { losses: 2, withinMs: 1_000 } });
    const link = linkOf({ losses: [0, 500] });
    expect(hasAttemptsLeft(link, 999, policy)).toBe(false);
    expect(hasAttemptsLeft(link, 1_000, policy)).toBe(true);
  });
});

describe("a first start has come to nothing", () => {
  const policy = settingsOf({ startAttempts: 2 });
  const isSpent = (link: Link) => isStartSpent(link, policy);

  test("when its attempts are spent", () => {
    expect([1, 2, 3].map((attempt) => isSpent({ ...newLink, attempt }))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("when it cannot get better", () => {
    const fault = faultOf("UNAUTHORIZED", { fatal: true });
    expect(isSpent({ ...newLink, attempt: 1, fault })).toBe(true);
    expect(isSpent({ ...newLink, attempt: 1, fault: faultOf("CONNECT_FAILED") })).toBe(false);
  });

  test("never once the connection has been ready", () => {
    const fault = faultOf("UNAUTHORIZED", { fatal: true });
    expect(isSpent(linkOf({ attempt: 9, fault }))).toBe(false);
  });
});

describe("losses", () => {
  const policy = settingsOf({ restartLimit: { losses: 3, withinMs: 1_000 } });

  test("that are long past are forgotten", () => {
    expect(countLoss(linkOf({ losses: [0, 1, 900] }), 1_000, policy).losses).toEqual([
      1, 900, 1_000,
    ]);
  });

  test("are kept as many as count, the latest ones", () => {
    expect(countLoss(linkOf({ losses: [1, 2, 3] }), 4, policy).losses).toEqual([2, 3, 4]);
  });
});

describe("a proof of life", () => {
  test("ends the outage", () => {
    const outage = linkOf({ attempt: 4, cooled: "RECONNECT_EXHAUSTED", probes: 2 });
    expect(proveAlive(outage)).toEqual(linkOf({ attempt: 0, cooled: null, probes: 0 }));
    expect(proveAlive(linkOf({ cooled: "CRASH_LOOP" })).cooled).toBeNull();
  });

  test("of a connection that is well changes nothing, and copies nothing: every answer brings one", () => {
    expect(proveAlive(ready)).toBe(ready);
  });
});

test("only openings of an outage that has cooled down are probes", () => {
  expect(opened(ready)).toMatchObject({ probes: 0 });
  expect(opened(linkOf({ cooled: "CRASH_LOOP", probes: 2 }))).toMatchObject({ probes: 3 });
});

test("why a connection cools down stays the reason of the whole outage", () => {
  const policy = settingsOf({ restartLimit: { losses: 1, withinMs: 1_000 } });
  const crashed = coolDown(linkOf({ losses: [0] }), 0, 0.5, policy);
  expect(crashed.cooled).toBe("CRASH_LOOP");
  expect(coolDown(crashed, 60_000, 0.5, policy).cooled).toBe("CRASH_LOOP");
  expect(coolDown(linkOf({ losses: [0] }), 60_000, 0.5, policy).cooled).toBe("RECONNECT_EXHAUSTED");
});
