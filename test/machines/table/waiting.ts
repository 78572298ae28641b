import { requestOf } from "../support/fixtures.ts";
import { nothing, type Row, secondReady } from "../support/table.ts";

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
