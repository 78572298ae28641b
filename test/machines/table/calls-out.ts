import { requestOf } from "../support/fixtures.ts";
import { type Row, secondReady } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

/** Calls 1 and 2 are out, call 3 waits. */
export function threeCalls(connection: TestConnection): void {
  secondReady(connection);
  connection.invoke(requestOf(1), requestOf(2), requestOf(3));
}

export const abandonFirst = (connection: TestConnection): void => connection.cancel(1);

/** Callers that go while their calls are out, with others out and one waiting. */
export const leave = {
  "hook.cancel": [
    {
      log: ["watch abandoned 1", "settle 1 ABORTED unknown", "cancel 1"],
      changes: { out: "1* 2" },
    },
    {
      when: "it has gone already",
      given: abandonFirst,
    },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
  "hooks.expired": [
    {
      log: ["watch abandoned 1", "settle 1 DEADLINE_EXCEEDED unknown", "cancel 1"],
      changes: { out: "1* 2" },
    },
    { when: "it has gone already", given: abandonFirst },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
} satisfies Partial<Row["on"]>;

/** Callers that go while call 3 waits. */
export const leaveQueue = {
  "hook.cancel": [
    {
      when: "it waits",
      with: { ids: [3] },
      log: ["settle 3 ABORTED not_processed"],
      changes: { queue: "", queueBytes: 0 },
    },
    {
      when: "all go at once, one of them twice",
      with: { ids: [3, 1, 99, 2, 1] },
      log: [
        "watch abandoned 1 2",
        "settle 3 ABORTED not_processed",
        "settle 1 ABORTED unknown",
        "settle 2 ABORTED unknown",
        "cancel 1 2",
      ],
      changes: { queue: "", queueBytes: 0, out: "1* 2*" },
    },
  ],
  "hooks.expired": [
    {
      when: "it waits",
      with: { ids: [3] },
      log: ["settle 3 DEADLINE_EXCEEDED not_processed"],
      changes: { queue: "", queueBytes: 0 },
    },
  ],
} satisfies Partial<Row["on"]>;
