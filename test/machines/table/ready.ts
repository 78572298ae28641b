import { requestOf } from "../support/fixtures.ts";
import { nothing, type Row, secondReady } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

export const waiting: Row = {
  leaf: "ready.waiting",
  reach: secondReady,
  on: {
    "plugin.stop": [
      { to: "stopping", log: ["close"], changes: { intent: "stop", drainMs: 0 } },
      {
        when: "there is nothing to drain",
        with: { drainMs: 700 },
        to: "stopping",
        log: ["close"],
        changes: { intent: "stop", drainMs: 700 },
      },
    ],
    "plugin.reconnect": [
      { to: "closing", log: ["close"], changes: { intent: "reopen", drainMs: 20_000 } },
    ],
    "hook.invoke": [
      { to: "ready.invoking", log: ["call 9"], changes: { out: "9", seq: 1, activeAt: 50 } },
      {
        when: "more come than may be out and wait",
        with: { requests: [4, 5, 6, 7, 8, 9].map((id) => requestOf(id)) },
        to: "ready.invoking",
        log: ["settle 9 QUEUE_FULL not_processed", "call 4 5"],
        changes: { out: "4 5", queue: "6 7 8", queueBytes: 30, seq: 5, activeAt: 50 },
      },
      {
        when: "some of them cannot be sent",
        with: {
          requests: [requestOf(7, { deadline: 50 }), requestOf(8), requestOf(8), requestOf(9)],
        },
        to: "ready.invoking",
        log: ["settle 7 DEADLINE_EXCEEDED not_processed", "call 8 9"],
        changes: { out: "8 9", seq: 2, activeAt: 50 },
      },
      {
        when: "it is over",
        with: { requests: [requestOf(9, { deadline: 50 })] },
        log: ["settle 9 DEADLINE_EXCEEDED not_processed"],
        changes: { activeAt: 50 },
      },
      {
        when: "the server has withdrawn the hook",
        reach: (connection) => {
          connection.start();
          connection.becomeReady("guard", "other");
          connection.reconnect();
          connection.closed();
          connection.becomeReady("other");
        },
        log: ["settle 9 HOOK_UNKNOWN not_processed"],
        changes: { activeAt: 50 },
      },
    ],
    "plugin.idled": [
      { log: ["watch idleness 59950"] },
      {
        when: "the time is over",
        with: { at: 60_000 },
        to: "closing",
        log: ["close"],
        changes: { intent: "sleep" },
      },
      {
        when: "the time is not quite over",
        with: { at: 59_999 },
        log: ["watch idleness 1"],
      },
      {
        when: "idleness does not matter",
        settings: { idleTimeoutMs: null },
        with: { at: 10_000_000 },
      },
    ],
    "session.lost": [
      {
        to: "closing",
        log: ["close"],
        changes: { fault: "HTTP_STATUS", intent: "recover after loss" },
      },
      {
        when: "it says that it lives",
        with: { alive: true },
        to: "closing",
        log: ["close"],
        changes: { fault: "HTTP_STATUS", intent: "recover after loss" },
      },
    ],
    ...nothing("plugin.start", "hook.cancel", "hooks.expired", "hooks.overdue"),
    ...nothing("session.opened", "session.initialized", "session.configured"),
    ...nothing("hooks.answered", "session.closed"),
  },
  after: { stableTime: [{ afterMs: 10_000, changes: { attempt: 0 } }] },
};

/** Calls 1 and 2 are out, call 3 waits. */
function threeCalls(connection: TestConnection): void {
  secondReady(connection);
  connection.invoke(requestOf(1), requestOf(2), requestOf(3));
}

const abandonFirst = (connection: TestConnection): void => connection.cancel(1);

/** Callers that go while their calls are out, with others out and one waiting. */
const leave = {
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
const leaveQueue = {
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

export const invoking: Row = {
  leaf: "ready.invoking",
  reach: threeCalls,
  on: {
    "plugin.stop": [
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
        to: "ready.draining",
        log: ["settle 3 STOPPED not_processed"],
        changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0 },
      },
    ],
    "plugin.reconnect": [{ to: "ready.draining", changes: { intent: "reopen", drainMs: 20_000 } }],
    "hook.invoke": [
      { changes: { queue: "3 9", queueBytes: 20, seq: 4, activeAt: 50 } },
      {
        when: "a slot is free",
        reach: (connection) => {
          secondReady(connection);
          connection.invoke(requestOf(1));
        },
        with: { requests: [requestOf(8), requestOf(9)] },
        log: ["call 8"],
        changes: { out: "1 8", queue: "9", queueBytes: 10, seq: 3, activeAt: 50 },
      },
      {
        when: "it is out already",
        with: { requests: [requestOf(1), requestOf(3), requestOf(2)] },
        changes: { activeAt: 50 },
      },
      {
        when: "it is out already, abandoned",
        given: abandonFirst,
        with: { requests: [requestOf(1)] },
        changes: { activeAt: 50 },
      },
      {
        when: "the queue is full",
        given: (connection) => connection.invoke(requestOf(7), requestOf(8)),
        log: ["settle 9 QUEUE_FULL not_processed"],
      },
    ],
    "hook.cancel": [...leave["hook.cancel"], ...leaveQueue["hook.cancel"]],
    "hooks.expired": [...leave["hooks.expired"], ...leaveQueue["hooks.expired"]],
    "hooks.overdue": [
      {
        given: abandonFirst,
        to: "closing",
        log: ["settle 2 SESSION_LOST unknown", "close"],
        changes: { fault: "SESSION_LOST", intent: "recover after loss", out: "" },
      },
      { when: "its caller is still there" },
      { when: "another one was abandoned", given: abandonFirst, with: { ids: [2, 3, 99] } },
    ],
    "plugin.idled": [
      { log: ["watch idleness 60000"] },
      {
        when: "the last call came long ago",
        with: { at: 10_000_000 },
        log: ["watch idleness 60000"],
      },
    ],
    "hooks.answered": [
      {
        log: ["settle 1 answered", "call 3"],
        changes: { attempt: 0, queue: "", queueBytes: 0, out: "2 3", activeAt: 50 },
      },
      {
        when: "none of them is a success",
        with: { successful: false },
        log: ["settle 1 answered", "call 3"],
        changes: { queue: "", queueBytes: 0, out: "2 3", activeAt: 50 },
      },
      {
        when: "two come at once",
        with: { ids: [2, 1] },
        log: ["settle 1 answered", "settle 2 answered", "call 3"],
        changes: { attempt: 0, queue: "", queueBytes: 0, out: "3", activeAt: 50 },
      },
      {
        when: "nothing is left",
        given: (connection) => connection.cancel(3),
        with: { ids: [1, 2] },
        to: "ready.waiting",
        log: ["settle 1 answered", "settle 2 answered"],
        changes: { attempt: 0, out: "", activeAt: 50 },
      },
      {
        when: "what waits is over",
        with: { ids: [1, 2], at: 1_000_000 },
        to: "ready.waiting",
        log: ["settle 1 answered", "settle 2 answered", "settle 3 DEADLINE_EXCEEDED not_processed"],
        changes: { attempt: 0, queue: "", queueBytes: 0, out: "", activeAt: 1_000_000 },
      },
      {
        when: "its caller has gone",
        given: abandonFirst,
        log: ["call 3"],
        changes: { attempt: 0, queue: "", queueBytes: 0, out: "2 3", activeAt: 50 },
      },
    ],
    "session.lost": [
      {
        to: "closing",
        log: ["settle 1 SESSION_LOST unknown", "settle 2 SESSION_LOST unknown", "close"],
        changes: { fault: "HTTP_STATUS", intent: "recover after loss", out: "" },
      },
      {
        when: "one call was not sent",
        with: { unsent: [2] },
        to: "closing",
        log: ["settle 1 SESSION_LOST unknown", "close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "recover after loss",
          queue: "2 3",
          queueBytes: 20,
          out: "",
        },
      },
      {
        when: "the other one may still be answered",
        with: { alive: true, unsent: [1] },
        to: "ready.draining",
        changes: {
          fault: "HTTP_STATUS",
          intent: "recover after loss",
          queue: "1 3",
          queueBytes: 20,
          out: "2",
        },
      },
      {
        when: "nobody waits for the other one",
        given: (connection) => connection.cancel(2),
        with: { alive: true, unsent: [1] },
        to: "closing",
        log: ["close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "recover after loss",
          queue: "1 3",
          queueBytes: 20,
          out: "",
        },
      },
      {
        when: "it lives, and no other call is out",
        with: { alive: true, ended: [1, 2], unsent: [1, 2] },
        to: "closing",
        log: ["close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "recover after loss",
          queue: "1 2 3",
          queueBytes: 30,
          out: "",
        },
      },
      {
        when: "its caller has gone",
        given: abandonFirst,
        with: { unsent: [1, 2] },
        to: "closing",
        log: ["close"],
        changes: {
          fault: "HTTP_STATUS",
          intent: "recover after loss",
          queue: "2 3",
          queueBytes: 20,
          out: "",
        },
      },
    ],
    ...nothing("plugin.start", "session.opened", "session.initialized", "session.configured"),
    ...nothing("session.closed"),
  },
  after: { stableTime: [{ afterMs: 10_000, changes: { attempt: 0 } }] },
};

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
