import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Call } from "../../machines/call.ts";
import {
  type CallQueue,
  emptyQueue,
  find,
  fromArray,
  push,
  restore,
  shift,
  some,
  take,
  toArray,
} from "../../machines/call-queue.ts";
import { requestOf } from "./support/fixtures.ts";

const callOf = (seq: number, id = seq): Call => ({
  request: requestOf(id, { bytes: (id % 7) + 1 }),
  seq,
  admittedAt: 0,
  ahead: 0,
  sends: 0,
  ambiguous: false,
  abandoned: false,
});

const ids = (calls: readonly Call[]): number[] => calls.map(({ request }) => request.id);

/** What is done to a queue. The numbers pick one of the calls that are there at that time. */
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("push" as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("shift" as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("take" as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("restore" as const),
      picks: fc.array(fc.nat(), { maxLength: 4 }),
    }),
  },
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** A queue, the plain list that it should be like, and the calls that have been sent and may come back. */
class Pair {
  queue: CallQueue = emptyQueue;
  list: Call[] = [];
  #sent: Call[] = [];
  #next = 1;

  do(step: Operation): void {
    switch (step.type) {
      case "push": {
        const call = callOf(this.#next++);
        this.queue = push(this.queue, call);
        this.list = [...this.list, call];
        break;
      }
      case "shift": {
        const next = shift(this.queue);
        expect(next?.call).toBe(this.list[0]);
        if (!next) break;
        this.queue = next.rest;
        this.list = this.list.slice(1);
        this.#sent.push(next.call);
        break;
      }
      case "take": {
        const call = this.list[step.pick % this.list.length];
        if (!call) break;
        this.queue = take(this.queue, call);
        this.list = this.list.filter((other) => other !== call);
        break;
      }
      case "restore": {
        const back = new Set(step.picks.map((pick) => this.#sent[pick % this.#sent.length]));
        const calls = [...back].flatMap((call) =>
          call ? [{ ...call, sends: call.sends + 1 }] : [],
        );
        this.#sent = this.#sent.filter((call) => !back.has(call));
        this.queue = restore(this.queue, calls);
        this.list = [...this.list, ...calls].sort((a, b) => a.seq - b.seq);
      }
    }
  }

  expectSame(): void {
    const { queue, list } = this;
    expect(ids(toArray(queue))).toEqual(ids(list));
    expect(queue.size).toBe(list.length);
    expect(queue.bytes).toBe(list.reduce((sum, { request }) => sum + request.bytes, 0));
    for (const call of list) expect(find(queue, call.request.id)).toBe(call);
    for (const { request } of this.#sent) expect(find(queue, request.id)).toBeUndefined();
    expect(queue.cells).toBeLessThanOrEqual(2 * list.length);
  }
}

describe("a queue is like a plain list", () => {
  test("whatever is done to it", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (steps) => {
        const pair = new Pair();
        for (const step of steps) {
          pair.do(step);
          pair.expectSame();
        }
      }),
    );
  });

  test("and what it was stays as it was", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (steps) => {
        const pair = new Pair();
        const past: { queue: CallQueue; list: readonly Call[] }[] = [];
        for (const step of steps) {
          past.push({ queue: pair.queue, list: pair.list });
          pair.do(step);
        }
        for (const { queue, list } of past) expect(ids(toArray(queue))).toEqual(ids(list));
      }),
    );
  });

  test("some asks the calls that wait, and no others", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), fc.nat(60), (steps, limit) => {
        const pair = new Pair();
        for (const step of steps) pair.do(step);
        const isBeyond = ({ request }: Call): boolean => request.id > limit;
        expect(some(pair.queue, isBeyond)).toBe(pair.list.some(isBeyond));
        const asked: Call[] = [];
        some(pair.queue, (call) => asked.push(call) < 0);
        expect(ids(asked).sort((a, b) => a - b)).toEqual(ids(pair.list));
      }),
    );
  });
});

test("calls that are put back stand where they were admitted, also between others that were put back before", () => {
  const sent = [1, 2, 3, 4, 5].map((seq) => callOf(seq));
  const [first, second, third, fourth, fifth] = sent as [Call, Call, Call, Call, Call];
  let queue = fromArray([6, 7, 8].map((seq) => callOf(seq)));
  queue = restore(queue, [fourth, second]);
  queue = restore(queue, [fifth]);
  queue = restore(queue, [third, first]);
  expect(ids(toArray(queue))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a call that comes back while its old cell is still there counts once", () => {
  const call = callOf(1);
  let queue = push(push(push(emptyQueue, call), callOf(2)), callOf(3));
  queue = take(queue, call);
  queue = restore(queue, [{ ...call, sends: 1 }]);
  expect(ids(toArray(queue))).toEqual([1, 2, 3]);
  expect(queue.size).toBe(3);
});

test("tombstones do not outnumber the calls, however these leave", () => {
  const calls = Array.from({ length: 10 }, (_, seq) => callOf(seq));
  let queue = fromArray(calls);
  for (const call of calls.slice(5)) queue = take(queue, call);
  expect([queue.size, queue.cells]).toEqual([5, 10]);
  queue = shift(queue)?.rest ?? queue;
  expect([queue.size, queue.cells]).toEqual([4, 4]);
});

test("calls that leave at the head leave nothing behind", () => {
  let queue = fromArray(Array.from({ length: 10 }, (_, seq) => callOf(seq)));
  for (let left = 9; left >= 0; left -= 1) {
    queue = shift(queue)?.rest ?? queue;
    expect([queue.size, queue.cells]).toEqual([left, left]);
  }
  expect(queue).toBe(emptyQueue);
});

test("ids may be of any size", () => {
  const large = [2 ** 40 + 1, 2 ** 53 - 1, 2 ** 31, 2 ** 31 - 1].map((id, seq) => callOf(seq, id));
  const queue = fromArray(large);
  for (const call of large) expect(find(queue, call.request.id)).toBe(call);
  expect(ids(toArray(queue))).toEqual(ids(large));
});

describe("100 000 calls wait", () => {
  let made: CallQueue | undefined;
  const long = (): CallQueue => {
    made ??= fromArray(Array.from({ length: 100_000 }, (_, seq) => callOf(seq + 100)));
    return made;
  };

  /** Cells of the second queue that are not the first one's: what an operation has made anew. */
  function freshCells(before: CallQueue, after: CallQueue): number {
    const old = new Set<object>();
    for (const start of [before.front, before.back])
      for (let at = start; at !== null; at = at.next) old.add(at);
    let fresh = 0;
    for (const start of [after.front, after.back])
      for (let at = start; at !== null && !old.has(at); at = at.next) fresh += 1;
    return fresh;
  }

  test("and to put some back costs no more than they are", () => {
    const turned = shift(long())?.rest ?? long();
    const calls = Array.from({ length: 64 }, (_, seq) => callOf(seq));
    expect(freshCells(turned, restore(turned, calls))).toBeLessThanOrEqual(65);
  });

  test("and to take one out of the middle costs no cell at all", () => {
    const middle = find(long(), 50_000) as Call;
    expect(freshCells(long(), take(long(), middle))).toBe(0);
  });

  test("and to look for any of them ends with the first that is found", () => {
    let asked = 0;
    some(long(), () => {
      asked += 1;
      return true;
    });
    expect(asked).toBe(1);
  });
});
