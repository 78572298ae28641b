import { requestOf } from "../support/fixtures.ts";
import { nothing, type Row, secondReady } from "../support/table.ts";
import { abandonFirst, leave, leaveQueue, threeCalls } from "./calls-out.ts";

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
