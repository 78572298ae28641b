import { requestOf } from "../support/fixtures.ts";
import { nothing, type Row, secondReady } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";
import { abandonFirst, leave, leaveQueue, threeCalls } from "./calls-out.ts";

export const drainingToStop: Row = {
  leaf: "ready.draining",
  reach: (connection) => {
    threeCalls(connection);
    connection.stop(500);
  },
  on: {
    "plugin.stop": [
      {
        to: "stopping",
        log: ["settle 1 STOPPED unknown", "settle 2 STOPPED unknown", "close"],
        changes: { out: "" },
      },
      {
        when: "it would wait again",
        with: { drainMs: 700 },
        to: "stopping",
        log: ["settle 1 STOPPED unknown", "settle 2 STOPPED unknown", "close"],
        changes: { out: "" },
      },
    ],
    "hook.invoke": [
      { log: ["settle 9 STOPPED not_processed"] },
      { when: "it is out already", with: { requests: [requestOf(1), requestOf(2)] } },
    ],
    ...leave,
    "hooks.overdue": [
      {
        given: abandonFirst,
        to: "stopping",
        log: ["settle 2 STOPPED unknown", "close"],
        changes: { out: "" },
      },
      { when: "its caller is still there" },
    ],
    "hooks.answered": [
      { log: ["settle 1 answered"], changes: { attempt: 0, out: "2", activeAt: 50 } },
      {
        when: "nothing is left",
        with: { ids: [1, 2], successful: false },
        to: "stopping",
        log: ["settle 1 answered", "settle 2 answered", "close"],
        changes: { out: "", activeAt: 50 },
      },
    ],
    "session.lost": [
      {
        with: { unsent: [2] },
        to: "stopping",
        log: ["settle 1 STOPPED unknown", "settle 2 STOPPED not_processed", "close"],
        changes: { out: "" },
      },
      {
        when: "the other one may still be answered",
        with: { alive: true, unsent: [1] },
        log: ["settle 1 STOPPED not_processed"],
        changes: { out: "2" },
      },
      {
        when: "it lives, and no other call is out",
        with: { alive: true, ended: [1, 2] },
        to: "stopping",
        log: ["settle 1 STOPPED unknown", "settle 2 STOPPED unknown", "close"],
        changes: { out: "" },
      },
    ],
    ...nothing("plugin.start", "plugin.reconnect", "plugin.idled", "session.opened"),
    ...nothing("session.initialized", "session.configured", "session.closed"),
  },
  after: {
    drainLimit: [
      {
        afterMs: 500,
        to: "stopping",
        log: ["settle 1 STOPPED unknown", "settle 2 STOPPED unknown", "close"],
        changes: { out: "" },
      },
    ],
    stableTime: [
      {
        afterMs: 300,
        settings: { stableAfterMs: 300 },
        changes: { attempt: 0 },
      },
    ],
  },
};

/** A stop while the connection drains for another reason, with calls 1 and 2 out. */
const stopInstead = [
  {
    to: "stopping",
    log: [
      "settle 3 STOPPED not_processed",
      "settle 1 STOPPED unknown",
      "settle 2 STOPPED unknown",
      "close",
    ],
    changes: { intent: "stop", drainMs: 0, queue: "", queueBytes: 0, out: "" },
  },
  {
    when: "calls may end first",
    with: { drainMs: 700 },
    log: ["settle 3 STOPPED not_processed"],
    changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0 },
  },
] satisfies Row["on"]["plugin.stop"];

export const drainingToReopen: Row = {
  leaf: "ready.draining",
  reach: (connection) => {
    threeCalls(connection);
    connection.reconnect();
  },
  on: {
    "plugin.stop": stopInstead,
    "hook.invoke": [
      { changes: { queue: "3 9", queueBytes: 20, seq: 4, activeAt: 50 } },
      {
        when: "it is out already",
        with: { requests: [requestOf(1), requestOf(3), requestOf(2)] },
        changes: { activeAt: 50 },
      },
    ],
    "hook.cancel": [...leave["hook.cancel"], ...leaveQueue["hook.cancel"]],
    "hooks.expired": [...leave["hooks.expired"], ...leaveQueue["hooks.expired"]],
    "hooks.overdue": [
      {
        given: abandonFirst,
        to: "closing",
        log: ["settle 2 SESSION_LOST unknown", "close"],
        changes: {
          fault: "SESSION_LOST",
          intent: "reopen after loss",
          drainMs: 1_000,
          out: "",
        },
      },
      { when: "its caller is still there" },
    ],
    "hooks.answered": [
      { log: ["settle 1 answered"], changes: { attempt: 0, out: "2", activeAt: 50 } },
      {
        when: "nothing is left",
        with: { ids: [1, 2] },
        to: "closing",
        log: ["settle 1 answered", "settle 2 answered", "close"],
        changes: { attempt: 0, out: "", activeAt: 50 },
      },
    ],
    "session.lost": [
      {
        with: { unsent: [2] },
        to: "closing",
        log: ["settle 1 SESSION_LOST unknown", "close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "reopen after loss",
          drainMs: 1_000,
          queue: "2 3",
          queueBytes: 20,
          out: "",
        },
      },
      {
        when: "the other one may still be answered",
        with: { alive: true, unsent: [1] },
        changes: {
          fault: "HTTP_STATUS",
          intent: "reopen after loss",
          drainMs: 1_000,
          queue: "1 3",
          queueBytes: 20,
          out: "2",
        },
      },
      {
        when: "the other one may still be answered, and the time for it is short anyway",
        settings: { reconnectDrainMs: 1_000 },
        with: { alive: true, unsent: [1] },
        changes: { queue: "1 3", queueBytes: 20, out: "2" },
      },
      {
        when: "nobody waits for the other one",
        given: (connection) => connection.cancel(2),
        with: { alive: true, unsent: [1] },
        to: "closing",
        log: ["close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "reopen after loss",
          drainMs: 1_000,
          queue: "1 3",
          queueBytes: 20,
          out: "",
        },
      },
    ],
    ...nothing("plugin.start", "plugin.reconnect", "plugin.idled", "session.opened"),
    ...nothing("session.initialized", "session.configured", "session.closed"),
  },
  after: {
    drainLimit: [
      {
        afterMs: 400,
        settings: { reconnectDrainMs: 400 },
        to: "closing",
        log: ["settle 1 SESSION_LOST unknown", "settle 2 SESSION_LOST unknown", "close"],
        changes: { out: "" },
      },
      {
        when: "one call has proved the session lost meanwhile",
        given: (connection) => connection.lost({ ended: [1], unsent: [1], alive: true }),
        afterMs: 1_050,
        to: "closing",
        log: ["settle 2 SESSION_LOST unknown", "close"],
        changes: { out: "" },
      },
    ],
    stableTime: [
      { afterMs: 10_000, changes: { attempt: 0 } },
      {
        when: "one call has proved the session lost meanwhile",
        settings: { stableAfterMs: 300 },
        given: (connection) => connection.lost({ ended: [1], unsent: [1], alive: true }),
        afterMs: 300,
      },
    ],
  },
};

/** Call 1 has proved the session lost without being sent, calls 2 and 3 are still out, call 4 waits. */
function partialLoss(connection: TestConnection): void {
  secondReady(connection);
  connection.invoke(requestOf(1), requestOf(2), requestOf(3), requestOf(4));
  connection.lost({ ended: [1], unsent: [1], alive: true });
}

export const drainingAfterLoss: Row = {
  leaf: "ready.draining",
  settings: { maxInFlight: 3 },
  reach: partialLoss,
  on: {
    "plugin.stop": [
      {
        to: "stopping",
        log: [
          "settle 1 STOPPED not_processed",
          "settle 4 STOPPED not_processed",
          "settle 2 STOPPED unknown",
          "settle 3 STOPPED unknown",
          "close",
        ],
        changes: { intent: "stop", drainMs: 0, queue: "", queueBytes: 0, out: "" },
      },
      {
        when: "calls may end first",
        with: { drainMs: 700 },
        log: ["settle 1 STOPPED not_processed", "settle 4 STOPPED not_processed"],
        changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0 },
      },
    ],
    "hook.invoke": [
      { changes: { queue: "1 4 9", queueBytes: 30, seq: 5, activeAt: 50 } },
      {
        when: "it is to be sent again already",
        with: { requests: [requestOf(1), requestOf(2)] },
        changes: { activeAt: 50 },
      },
    ],
    "hook.cancel": [
      {
        log: ["settle 1 ABORTED not_processed"],
        changes: { queue: "4", queueBytes: 10 },
      },
      {
        when: "it is out",
        with: { ids: [2] },
        log: ["watch abandoned 2", "settle 2 ABORTED unknown", "cancel 2"],
        changes: { out: "2* 3" },
      },
    ],
    "hooks.expired": [
      {
        log: ["settle 1 DEADLINE_EXCEEDED not_processed"],
        changes: { queue: "4", queueBytes: 10 },
      },
      {
        when: "it is out",
        with: { ids: [2] },
        log: ["watch abandoned 2", "settle 2 DEADLINE_EXCEEDED unknown", "cancel 2"],
        changes: { out: "2* 3" },
      },
    ],
    "hooks.overdue": [
      {
        given: (connection) => connection.cancel(2),
        with: { ids: [2] },
        to: "closing",
        log: ["settle 3 SESSION_LOST unknown", "close"],
        changes: { out: "" },
      },
      { when: "its caller is still there", with: { ids: [1, 2, 3, 4] } },
    ],
    "hooks.answered": [
      {
        with: { ids: [2] },
        log: ["settle 2 answered"],
        changes: { attempt: 0, out: "3", activeAt: 50 },
      },
      {
        when: "nothing is left",
        with: { ids: [2, 3], successful: false },
        to: "closing",
        log: ["settle 2 answered", "settle 3 answered", "close"],
        changes: { out: "", activeAt: 50 },
      },
    ],
    "session.lost": [
      {
        with: { unsent: [3] },
        to: "closing",
        log: ["settle 2 SESSION_LOST unknown", "close"],
        changes: { fault: "HTTP_STATUS", queue: "1 3 4", queueBytes: 30, out: "" },
      },
      {
        when: "the next one proves the same",
        with: { alive: true, ended: [2], unsent: [2] },
        changes: { queue: "1 2 4", queueBytes: 30, out: "3" },
      },
      {
        when: "the last two prove the same",
        with: { alive: true, ended: [2, 3], unsent: [2, 3] },
        to: "closing",
        log: ["close"],
        changes: { fault: "HTTP_STATUS", queue: "1 2 3 4", queueBytes: 40, out: "" },
      },
    ],
    ...nothing("plugin.start", "plugin.reconnect", "plugin.idled", "session.opened"),
    ...nothing("session.initialized", "session.configured", "session.closed"),
  },
  after: {
    drainLimit: [
      {
        afterMs: 1_000,
        to: "closing",
        log: ["settle 2 SESSION_LOST unknown", "settle 3 SESSION_LOST unknown", "close"],
        changes: { out: "" },
      },
      {
        when: "every loss is worth a second try",
        settings: { replay: "once" },
        afterMs: 1_000,
        to: "closing",
        log: ["close"],
        changes: { queue: "1 2! 3! 4", queueBytes: 40, out: "" },
      },
    ],
    stableTime: [{ afterMs: 300, settings: { stableAfterMs: 300 } }],
  },
};
