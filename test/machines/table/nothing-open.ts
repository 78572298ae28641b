import { overHttp, requestOf } from "../support/fixtures.ts";
import { coolingDown, nothing, type Row, secondReady } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";
import { factsOfSession, fallingAsleep, leave } from "./between-sessions.ts";

/** The wait for the second attempt, from 0 to 100 ms. Call 1 waits, too. */
function awaitingRetry(connection: TestConnection): void {
  secondReady(connection);
  connection.lost();
  connection.closed();
  connection.invoke(requestOf(1));
}

const thirdOpening = {
  log: ["session 3 spawned"],
  changes: { generation: 3, attempt: 2, waitMs: 0, retryAt: null, intent: "recover" },
} as const;

/** A stop where nothing is open, with call 1 waiting. */
const stopAtOnce = [
  {
    to: "terminated",
    log: ["settle 1 STOPPED not_processed", "tell terminated stopped, no fault"],
    changes: { intent: "stop", drainMs: 0, queue: "", queueBytes: 0, end: "stopped, no fault" },
  },
  {
    when: "there is nothing to drain",
    with: { drainMs: 700 },
    to: "terminated",
    log: ["settle 1 STOPPED not_processed", "tell terminated stopped, no fault"],
    changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0, end: "stopped, no fault" },
  },
] satisfies Row["on"]["plugin.stop"];

export const reconnecting: Row = {
  leaf: "reconnecting",
  reach: awaitingRetry,
  on: {
    "plugin.reconnect": [
      { to: "spawning", ...thirdOpening },
      { when: "over http", settings: overHttp, to: "connecting", ...thirdOpening },
    ],
    "plugin.stop": stopAtOnce,
    "hook.invoke": [
      { changes: { queue: "1 9", queueBytes: 20, seq: 2, activeAt: 50 } },
      {
        when: "more come than may wait",
        with: { requests: [requestOf(7), requestOf(8), requestOf(9)] },
        log: ["settle 9 QUEUE_FULL not_processed"],
        changes: { queue: "1 7 8", queueBytes: 30, seq: 3, activeAt: 50 },
      },
      {
        when: "it is over",
        with: { requests: [requestOf(9, { deadline: 50 })] },
        log: ["settle 9 DEADLINE_EXCEEDED not_processed"],
        changes: { activeAt: 50 },
      },
      {
        when: "it is there already",
        with: { requests: [requestOf(1), requestOf(1)] },
        changes: { activeAt: 50 },
      },
    ],
    ...leave,
    ...factsOfSession,
    ...nothing("plugin.start", "hooks.overdue", "plugin.idled", "session.closed"),
  },
  after: {
    backoffDelay: [
      { afterMs: 100, to: "spawning", ...thirdOpening },
      { when: "over http", settings: overHttp, afterMs: 100, to: "connecting", ...thirdOpening },
    ],
  },
};

/** From 300 to 1 300 ms. Call 1 is patient. */
function coolingDownWithCall(connection: TestConnection): void {
  coolingDown(connection);
  connection.invoke(requestOf(1, { waitForReady: true }));
}

const firstProbe = {
  log: ["session 5 spawned"],
  changes: { generation: 5, attempt: 4, probes: 1, waitMs: 0, retryAt: null },
} as const;

const openNow = [
  { to: "spawning", ...firstProbe },
  { when: "over http", settings: overHttp, to: "connecting", ...firstProbe },
];

export const coolingDownRow: Row = {
  leaf: "coolingDown",
  reach: coolingDownWithCall,
  on: {
    "plugin.start": openNow,
    "plugin.reconnect": openNow,
    "plugin.stop": stopAtOnce,
    "hook.invoke": [
      { log: ["settle 9 UNAVAILABLE not_processed"], changes: { activeAt: 350 } },
      {
        when: "some are patient",
        with: {
          requests: [
            requestOf(7, { waitForReady: true }),
            requestOf(8),
            requestOf(9, { waitForReady: true }),
            requestOf(10, { waitForReady: true }),
            requestOf(11, { waitForReady: true, deadline: 350 }),
          ],
        },
        log: [
          "settle 10 QUEUE_FULL not_processed",
          "settle 11 DEADLINE_EXCEEDED not_processed",
          "settle 8 UNAVAILABLE not_processed",
        ],
        changes: { queue: "1 7 9", queueBytes: 30, seq: 3, activeAt: 350 },
      },
      {
        when: "it is there already",
        with: { requests: [requestOf(1), requestOf(1)] },
        changes: { activeAt: 350 },
      },
      {
        when: "it is named twice",
        with: { requests: [requestOf(9), requestOf(9)] },
        log: ["settle 9 UNAVAILABLE not_processed"],
        changes: { activeAt: 350 },
      },
    ],
    ...leave,
    ...factsOfSession,
    ...nothing("hooks.overdue", "plugin.idled", "session.closed"),
  },
  after: {
    probeDelay: [
      { afterMs: 1_000, to: "spawning", ...firstProbe },
      { when: "over http", settings: overHttp, afterMs: 1_000, to: "connecting", ...firstProbe },
    ],
  },
};

const wake = {
  log: ["session 2 spawned"],
  changes: { generation: 2, attempt: 1, intent: "recover" },
} as const;

const wakeNow = [
  { to: "spawning", ...wake },
  { when: "over http", settings: overHttp, to: "connecting", ...wake },
];

const wakingCall = { queue: "9", queueBytes: 10, seq: 1, activeAt: 60_050 } as const;

export const dormant: Row = {
  leaf: "dormant",
  reach: (connection) => {
    fallingAsleep(connection);
    connection.closed();
  },
  on: {
    "plugin.start": wakeNow,
    "plugin.reconnect": wakeNow,
    "plugin.stop": [
      {
        to: "terminated",
        log: ["tell terminated stopped, no fault"],
        changes: { intent: "stop", end: "stopped, no fault" },
      },
    ],
    "hook.invoke": [
      { to: "spawning", log: wake.log, changes: { ...wake.changes, ...wakingCall } },
      {
        when: "over http",
        settings: overHttp,
        to: "connecting",
        log: wake.log,
        changes: { ...wake.changes, ...wakingCall },
      },
      {
        when: "it is over",
        with: { requests: [requestOf(9, { deadline: 60_050 })] },
        log: ["settle 9 DEADLINE_EXCEEDED not_processed"],
        changes: { activeAt: 60_050 },
      },
      {
        when: "the server has withdrawn the hook",
        reach: (connection) => {
          connection.start();
          connection.becomeReady("guard", "other");
          connection.reconnect();
          connection.closed();
          connection.becomeReady("other");
          connection.advance(60_000);
          connection.idled();
          connection.closed();
        },
        log: ["settle 9 HOOK_UNKNOWN not_processed"],
        changes: { activeAt: 60_050 },
      },
    ],
    ...factsOfSession,
    ...nothing("hook.cancel", "hooks.expired", "hooks.overdue", "plugin.idled", "session.closed"),
  },
  after: {},
};
