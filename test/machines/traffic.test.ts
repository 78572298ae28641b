import { describe, expect, test } from "vitest";
import { toArray } from "../../machines/call-queue.ts";
import { admit, enqueue, noTraffic, refuse, type Traffic } from "../../machines/traffic.ts";
import { requestOf, settingsOf } from "./support/fixtures.ts";

const at = 100;
const limits = settingsOf({ maxInFlight: 2 });

const admission = (...ids: readonly number[]) => ({
  requests: ids.map((id) => requestOf(id)),
  at,
  limits,
  withdrawn: [],
});

const idsOf = ({ queue, out }: Traffic) => ({
  queue: toArray(queue).map(({ request }) => request.id),
  out: out.map(({ request }) => request.id),
});

describe("a call that comes", () => {
  test("does not overtake those which wait, although a slot is free", () => {
    const waiting = enqueue(noTraffic, admission(1)).traffic;
    const { traffic, send, admitted } = admit(waiting, admission(2));
    expect(idsOf(traffic)).toEqual({ queue: [1, 2], out: [] });
    expect(send).toEqual([]);
    expect(admitted).toEqual([requestOf(2)]);
  });

  test("takes a free slot, and waits where there is none", () => {
    const { traffic, send, admitted, settle } = admit(noTraffic, admission(1, 2, 3));
    expect(idsOf(traffic)).toEqual({ queue: [3], out: [1, 2] });
    expect(send.map(({ request, sends }) => [request.id, sends])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(admitted).toEqual([requestOf(1), requestOf(2), requestOf(3)]);
    expect(settle).toEqual([]);
  });
});

test("a refusal says that nothing has happened, and once for a request that is named twice", () => {
  const held = admit(noTraffic, admission(1)).traffic;
  const requests = [requestOf(1), requestOf(2), requestOf(2)];
  expect(refuse(held, requests, "STOPPED").settle).toEqual([
    {
      request: requestOf(2),
      status: "failed",
      code: "STOPPED",
      outcome: "not_processed",
      waitedMs: 0,
      ahead: 0,
      sends: 0,
    },
  ]);
});
