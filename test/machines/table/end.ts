import { requestOf } from "../support/fixtures.ts";
import { nothing, type Row } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

/** A ready session is being released because of a stop. Its calls had their end with the stop. */
function stopInFlight(connection: TestConnection): void {
  connection.start();
  connection.becomeReady();
  connection.invoke(requestOf(1), requestOf(2), requestOf(3));
  connection.stop();
}

const commands = nothing("plugin.start", "plugin.stop", "plugin.reconnect");
const ofCalls = nothing("hook.cancel", "hooks.expired", "hooks.overdue", "plugin.idled");
const ofSession = nothing(
  "session.opened",
  "session.initialized",
  "session.configured",
  "hooks.answered",
  "session.lost",
);

export const stopping: Row = {
  leaf: "stopping",
  reach: stopInFlight,
  on: {
    "session.closed": [
      {
        to: "terminated",
        log: ["session 1 released", "tell terminated stopped, no fault"],
        changes: { end: "stopped, no fault" },
      },
    ],
    "hook.invoke": [
      { log: ["settle 9 STOPPED not_processed"] },
      {
        when: "it is named twice",
        with: { requests: [requestOf(9), requestOf(10), requestOf(9)] },
        log: ["settle 9 STOPPED not_processed", "settle 10 STOPPED not_processed"],
      },
    ],
    ...commands,
    ...ofCalls,
    ...ofSession,
  },
  after: {
    stopLimit: [
      {
        afterMs: 9_000,
        to: "terminated",
        log: ["session 1 released", "tell terminated stopped, no fault"],
        changes: { end: "stopped, no fault" },
      },
    ],
  },
};

/** The end is absorbing: there is nobody who could refuse a call, that is the host's part. */
export const terminated: Row = {
  leaf: "terminated",
  reach: (connection) => {
    stopInFlight(connection);
    connection.closed();
  },
  on: {
    ...commands,
    ...ofCalls,
    ...ofSession,
    ...nothing("session.closed", "hook.invoke"),
  },
  after: {},
};
