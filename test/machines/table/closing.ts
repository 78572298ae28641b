import { faultOf, overHttp, requestOf } from "../support/fixtures.ts";
import { coolingDown, nothing, type Row, secondReady } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";
import { factsOfSession, fallingAsleep, leave } from "./between-sessions.ts";

/** The second session has been lost, with nothing out. Call 1 came after that. */
function lostAndCalled(connection: TestConnection): void {
  secondReady(connection);
  connection.lost();
  connection.invoke(requestOf(1));
}

/** An attempt of a first start has failed. Call 1 waits. */
function failedStart(connection: TestConnection): void {
  connection.start();
  connection.invoke(requestOf(1, { waitForReady: true }));
  connection.lost({ fault: faultOf("CONNECT_FAILED", { phase: "connecting" }) });
}

/** A probe has come to nothing as well, and is being closed. Call 1 is patient. At 1 300 ms. */
function failedProbe(connection: TestConnection): void {
  coolingDown(connection);
  connection.invoke(requestOf(1, { waitForReady: true }));
  connection.advance(1_000);
  connection.lost({ fault: faultOf("SPAWN_FAILED", { phase: "spawning" }) });
}

const oneAttempt = {
  backoff: { kind: "linear", attempts: 1, delayMs: 100, factor: 1.6, maxMs: 30_000 },
} as const;

export const closing: Row = {
  leaf: "closing",
  reach: lostAndCalled,
  on: {
    "session.closed": [
      {
        to: "reconnecting",
        log: ["session 2 released", "tell reconnecting 2 after 100, SESSION_LOST"],
        changes: { losses: "0 50", waitMs: 100, retryAt: 150 },
      },
      {
        when: "a proof of life has given the attempts back",
        reach: (connection) => {
          secondReady(connection);
          connection.invoke(requestOf(5));
          connection.answered(5);
          connection.lost();
        },
        to: "reconnecting",
        log: ["session 2 released", "tell reconnecting 1 after 0, SESSION_LOST"],
        changes: { losses: "0 50", retryAt: 50 },
      },
      {
        when: "no attempt is left",
        settings: oneAttempt,
        with: { jitter: 1 },
        to: "coolingDown",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 2 released",
          "tell cooling down until 1250, RECONNECT_EXHAUSTED",
        ],
        changes: {
          losses: "0 50",
          cooled: "RECONNECT_EXHAUSTED",
          waitMs: 1_200,
          retryAt: 1_250,
          queue: "",
          queueBytes: 0,
        },
      },
      {
        when: "no attempt is left, and a call is patient",
        settings: oneAttempt,
        given: (connection) => connection.invoke(requestOf(2, { waitForReady: true })),
        to: "coolingDown",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 2 released",
          "tell cooling down until 850, RECONNECT_EXHAUSTED",
        ],
        changes: {
          losses: "0 50",
          cooled: "RECONNECT_EXHAUSTED",
          waitMs: 800,
          retryAt: 850,
          queue: "2",
          queueBytes: 10,
        },
      },
      {
        when: "sessions are lost too often",
        settings: { restartLimit: { losses: 2, withinMs: 51 } },
        with: { jitter: 0.5 },
        to: "coolingDown",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 2 released",
          "tell cooling down until 1050, CRASH_LOOP",
        ],
        changes: {
          losses: "0 50",
          cooled: "CRASH_LOOP",
          waitMs: 1_000,
          retryAt: 1_050,
          queue: "",
          queueBytes: 0,
        },
      },
      {
        when: "an earlier loss is too old to count",
        settings: { restartLimit: { losses: 2, withinMs: 50 } },
        to: "reconnecting",
        log: ["session 2 released", "tell reconnecting 2 after 100, SESSION_LOST"],
        changes: { losses: "50", waitMs: 100, retryAt: 150 },
      },
      {
        when: "no attempt is left, and that is the end",
        settings: { ...oneAttempt, onExhausted: "terminate" },
        given: (connection) => connection.invoke(requestOf(2, { waitForReady: true })),
        to: "terminated",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "settle 2 UNAVAILABLE not_processed",
          "session 2 released",
          "tell terminated exhausted, SESSION_LOST",
        ],
        changes: {
          losses: "0 50",
          cooled: "RECONNECT_EXHAUSTED",
          queue: "",
          queueBytes: 0,
          end: "exhausted, SESSION_LOST",
        },
      },
      {
        when: "sessions are lost too often, and that is the end",
        settings: { restartLimit: { losses: 2, withinMs: 51 }, onExhausted: "terminate" },
        to: "terminated",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 2 released",
          "tell terminated exhausted, SESSION_LOST",
        ],
        changes: {
          losses: "0 50",
          cooled: "CRASH_LOOP",
          queue: "",
          queueBytes: 0,
          end: "exhausted, SESSION_LOST",
        },
      },
      {
        when: "a first start has attempts left",
        settings: overHttp,
        reach: failedStart,
        to: "reconnecting",
        log: ["session 1 released", "tell reconnecting 2 after 1000, CONNECT_FAILED"],
        changes: { waitMs: 1_000, retryAt: 1_050 },
      },
      {
        when: "a first start has none left",
        settings: { startAttempts: 1 },
        reach: failedStart,
        to: "terminated",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 1 released",
          "tell terminated startFailed, CONNECT_FAILED",
        ],
        changes: { queue: "", queueBytes: 0, end: "startFailed, CONNECT_FAILED" },
      },
      {
        when: "a first start has failed for good",
        reach: (connection) => {
          connection.start();
          connection.lost({ fault: faultOf("CONFIG_INVALID", { phase: "spawning", fatal: true }) });
        },
        to: "terminated",
        log: ["session 1 released", "tell terminated startFailed, CONFIG_INVALID"],
        changes: { end: "startFailed, CONFIG_INVALID" },
      },
      {
        when: "what would be fatal at a first start comes later",
        reach: (connection) => {
          secondReady(connection);
          connection.lost({ fault: faultOf("UNAUTHORIZED", { fatal: true }) });
        },
        to: "reconnecting",
        log: ["session 2 released", "tell reconnecting 2 after 100, UNAUTHORIZED"],
        changes: { losses: "0 50", waitMs: 100, retryAt: 150 },
      },
      {
        when: "a probe has failed",
        reach: failedProbe,
        with: { jitter: 0.5 },
        to: "coolingDown",
        log: ["session 5 released", "tell cooling down until 2950, RECONNECT_EXHAUSTED"],
        changes: { waitMs: 1_600, retryAt: 2_950 },
      },
      {
        when: "somebody has asked for another session",
        given: (connection) => connection.reconnect(),
        to: "spawning",
        log: ["session 2 released", "session 3 spawned"],
        changes: { generation: 3, attempt: 2, losses: "0 50", intent: "recover" },
      },
      {
        when: "somebody has asked for another session, over http",
        settings: overHttp,
        given: (connection) => connection.reconnect(),
        to: "connecting",
        log: ["session 2 released", "session 3 spawned"],
        changes: { generation: 3, attempt: 2, losses: "0 50", intent: "recover" },
      },
      {
        when: "somebody has asked for another session, and nothing was wrong with this one",
        reach: (connection) => {
          secondReady(connection);
          connection.reconnect();
        },
        to: "spawning",
        log: ["session 2 released", "session 3 spawned"],
        changes: { generation: 3, attempt: 2, intent: "recover" },
      },
      {
        when: "nobody needs another one",
        reach: fallingAsleep,
        to: "dormant",
        log: ["session 1 released"],
      },
    ],
    "hook.invoke": [
      { changes: { queue: "1 9", queueBytes: 20, seq: 2, activeAt: 50 } },
      {
        when: "it is there already",
        with: { requests: [requestOf(1), requestOf(1)] },
        changes: { activeAt: 50 },
      },
      {
        when: "nobody has needed the plugin",
        reach: fallingAsleep,
        changes: {
          queue: "9",
          queueBytes: 10,
          seq: 1,
          activeAt: 60_050,
          intent: "reopen",
          drainMs: 20_000,
        },
      },
      {
        when: "nobody has needed the plugin, and it is over",
        reach: fallingAsleep,
        with: { requests: [requestOf(9, { deadline: 60_050 })] },
        log: ["settle 9 DEADLINE_EXCEEDED not_processed"],
        changes: { activeAt: 60_050 },
      },
      {
        when: "a probe has failed",
        reach: failedProbe,
        log: ["settle 9 UNAVAILABLE not_processed"],
        changes: { activeAt: 1_350 },
      },
      {
        when: "a probe has failed, and one call is patient",
        reach: failedProbe,
        with: { requests: [requestOf(9), requestOf(10, { waitForReady: true })] },
        log: ["settle 9 UNAVAILABLE not_processed"],
        changes: { queue: "1 10", queueBytes: 20, seq: 2, activeAt: 1_350 },
      },
      {
        when: "a probe was ready, and the call is to be sent again already",
        reach: (connection) => {
          coolingDown(connection);
          connection.advance(1_000);
          connection.becomeReady();
          connection.invoke(requestOf(1));
          connection.lost({ ended: [1], unsent: [1] });
        },
        with: { requests: [requestOf(1)] },
        changes: { activeAt: 1_350 },
      },
    ],
    ...leave,
    "plugin.start": [
      {},
      {
        when: "nobody has needed the plugin",
        reach: fallingAsleep,
        changes: { intent: "reopen", drainMs: 20_000 },
      },
    ],
    "plugin.reconnect": [
      { changes: { intent: "reopen after loss", drainMs: 20_000 } },
      {
        when: "an attempt has failed",
        reach: failedStart,
        changes: { intent: "reopen", drainMs: 20_000 },
      },
      {
        when: "nobody has needed the plugin",
        reach: fallingAsleep,
        changes: { intent: "reopen", drainMs: 20_000 },
      },
    ],
    "plugin.stop": [
      {
        to: "stopping",
        log: ["settle 1 STOPPED not_processed", "close"],
        changes: { intent: "stop", drainMs: 0, queue: "", queueBytes: 0 },
      },
      {
        when: "there is nothing to drain",
        with: { drainMs: 700 },
        to: "stopping",
        log: ["settle 1 STOPPED not_processed", "close"],
        changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0 },
      },
    ],
    ...factsOfSession,
    ...nothing("hooks.overdue", "plugin.idled"),
  },
  after: {
    // The release has never reported its end: the latest activity, at 0 ms, stands in for the time.
    closeLimit: [
      {
        afterMs: 9_000,
        to: "reconnecting",
        log: ["session 2 released", "tell reconnecting 2 after 100, SESSION_LOST"],
        changes: { losses: "0 0", waitMs: 100, retryAt: 100 },
      },
      {
        when: "no attempt is left",
        settings: oneAttempt,
        afterMs: 9_000,
        to: "coolingDown",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 2 released",
          "tell cooling down until 1000, RECONNECT_EXHAUSTED",
        ],
        changes: {
          losses: "0 0",
          cooled: "RECONNECT_EXHAUSTED",
          waitMs: 1_000,
          retryAt: 1_000,
          queue: "",
          queueBytes: 0,
        },
      },
      {
        when: "a first start has no attempt left",
        settings: { startAttempts: 1 },
        reach: failedStart,
        afterMs: 9_000,
        to: "terminated",
        log: [
          "settle 1 UNAVAILABLE not_processed",
          "session 1 released",
          "tell terminated startFailed, CONNECT_FAILED",
        ],
        changes: { queue: "", queueBytes: 0, end: "startFailed, CONNECT_FAILED" },
      },
      {
        when: "somebody has asked for another session",
        given: (connection) => connection.reconnect(),
        afterMs: 9_000,
        to: "spawning",
        log: ["session 2 released", "session 3 spawned"],
        changes: { generation: 3, attempt: 2, losses: "0 0", intent: "recover" },
      },
      {
        when: "somebody has asked for another session, over http",
        settings: overHttp,
        given: (connection) => connection.reconnect(),
        afterMs: 9_000,
        to: "connecting",
        log: ["session 2 released", "session 3 spawned"],
        changes: { generation: 3, attempt: 2, losses: "0 0", intent: "recover" },
      },
      {
        when: "nobody needs another one",
        reach: fallingAsleep,
        afterMs: 9_000,
        to: "dormant",
        log: ["session 1 released"],
      },
    ],
  },
};
