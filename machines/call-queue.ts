import type { Call } from "./call.ts";
import { get, type IntMap, remove, set } from "./int-map.ts";

interface Cell {
  readonly call: Call;
  readonly next: Cell | null;
}

/**
 * The calls that wait, first in first out by admission number. Persistent: two linked lists for the order and a map for
 * who is still waiting. A call that is taken out of the middle leaves its cell behind as a tombstone; when more than half
 * of the cells are tombstones, the lists are made anew. Every operation is O(log size), amortised.
 */
export interface CallQueue {
  readonly front: Cell | null;
  readonly back: Cell | null;
  /** Cells in both lists, tombstones included */
  readonly cells: number;
  readonly waiting: IntMap<Call>;
  readonly size: number;
  /** Of payload and context, all waiting calls together */
  readonly bytes: number;
}

export const emptyQueue: CallQueue = {
  front: null,
  back: null,
  cells: 0,
  waiting: null,
  size: 0,
  bytes: 0,
};

/** JSON-RPC aside, ids are numbers of any size; the map only needs them apart, and no 2^32 calls wait at a time. */
const keyOf = (id: number): number => id | 0;

export function push(queue: CallQueue, call: Call): CallQueue {
  return {
    front: queue.front,
    back: { call, next: queue.back },
    cells: queue.cells + 1,
    waiting: set(queue.waiting, keyOf(call.request.id), call),
    size: queue.size + 1,
    bytes: queue.bytes + call.request.bytes,
  };
}

/**
 * Puts calls that had been sent back where their admission numbers belong: at the head. Only others that were put back
 * before them can stand in front of one, so a long queue is not gone through.
 */
export function restore(queue: CallQueue, calls: readonly Call[]): CallQueue {
  if (calls.length === 0) return queue;
  const latest = Math.max(...calls.map(({ seq }) => seq));
  const head = [...calls];
  let rest = queue;
  for (let next = shift(rest); next && next.call.seq < latest; next = shift(rest)) {
    head.push(next.call);
    rest = next.rest;
  }
  head.sort((a, b) => b.seq - a.seq);
  for (const call of head) rest = unshift(rest, call);
  return rest;
}

function unshift(queue: CallQueue, call: Call): CallQueue {
  return {
    front: { call, next: queue.front },
    back: queue.back,
    cells: queue.cells + 1,
    waiting: set(queue.waiting, keyOf(call.request.id), call),
    size: queue.size + 1,
    bytes: queue.bytes + call.request.bytes,
  };
}

export function find(queue: CallQueue, id: number): Call | undefined {
  return get(queue.waiting, keyOf(id));
}

/** The first waiting call and the queue without it, or undefined. */
export function shift(queue: CallQueue): { call: Call; rest: CallQueue } | undefined {
  let front = queue.front;
  let back = queue.back;
  let cells = queue.cells;
  while (cells > 0) {
    if (front === null) {
      front = reversed(back);
      back = null;
    }
    if (front === null) return undefined;
    const { call } = front;
    front = front.next;
    cells -= 1;
    if (!isWaiting(queue, call)) continue;
    return { call, rest: take({ ...queue, front, back, cells }, call) };
  }
  return undefined;
}

/** Whether any of the waiting calls is such a one. Looks from the head on, and as far as it must. */
export function some(queue: CallQueue, isOne: (call: Call) => boolean): boolean {
  const has = (cell: Cell | null): boolean => {
    for (let at = cell; at !== null; at = at.next) {
      if (isWaiting(queue, at.call) && isOne(at.call)) return true;
    }
    return false;
  };
  return has(queue.front) || has(queue.back);
}

const isWaiting = ({ waiting }: CallQueue, call: Call): boolean =>
  get(waiting, keyOf(call.request.id)) === call;

/** The waiting calls, first to last. */
export function toArray(queue: CallQueue): Call[] {
  const calls: Call[] = [];
  const collect = (cell: Cell | null): void => {
    for (let at = cell; at !== null; at = at.next) {
      if (isWaiting(queue, at.call)) calls.push(at.call);
    }
  };
  collect(queue.front);
  collect(reversed(queue.back));
  return calls;
}

export function fromArray(calls: readonly Call[]): CallQueue {
  let queue = emptyQueue;
  for (const call of calls) queue = push(queue, call);
  return queue;
}

/** Takes a waiting call out, wherever it stands. */
export function take(queue: CallQueue, call: Call): CallQueue {
  const size = queue.size - 1;
  if (size === 0) return emptyQueue;
  const rest = {
    front: queue.front,
    back: queue.back,
    cells: queue.cells,
    waiting: remove(queue.waiting, keyOf(call.request.id)),
    size,
    bytes: queue.bytes - call.request.bytes,
  };
  return rest.cells > 2 * size ? fromArray(toArray(rest)) : rest;
}

function reversed(cell: Cell | null): Cell | null {
  let list: Cell | null = null;
  for (let at = cell; at !== null; at = at.next) list = { call: at.call, next: list };
  return list;
}
