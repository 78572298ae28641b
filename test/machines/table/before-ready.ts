import { overHttp, requestOf } from "../support/fixtures.ts";
import { type Cell, coolingDown, nothing, type Row } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

/** An outage that has cooled down is probed: one patient call waits. At 1 300 ms. */
function probing(connection: TestConnection): void {
  coolingDown(connection);
  connection.invoke(requestOf(1, { waitForReady: true }));
  connection.advance(1_000);
}

const expired = requestOf(9, { deadline: 20 });

export const idle: Row = {
  leaf: "idle",
  reach: () => {},
  on: {
    "plugin.start": [
      {
        to: "spawning",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1 },
      },
      {
        when: "over http",
        settings: overHttp,
        to: "connecting",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1 },
      },
    ],
    "plugin.stop": [
      {
        to: "terminated",
        log: ["tell terminated stopped, no fault"],
        changes: { intent: "stop", end: "stopped, no fault" },
      },
    ],
    "plugin.reconnect": [
      {
        to: "spawning",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1 },
      },
      {
        when: "over http",
        settings: overHttp,
        to: "connecting",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1 },
      },
    ],
    "hook.invoke": [
      { log: ["settle 9 NOT_STARTED not_processed"] },
      {
        when: "calls start the connection",
        settings: { lazy: true },
        to: "spawning",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1, queue: "9", queueBytes: 10, seq: 1, activeAt: 50 },
      },
      {
        when: "calls start the connection, over http",
        settings: { ...overHttp, lazy: true },
        to: "connecting",
        log: ["session 1 spawned"],
        changes: { generation: 1, attempt: 1, queue: "9", queueBytes: 10, seq: 1, activeAt: 50 },
      },
      {
        when: "calls start the connection, but this one is over",
        settings: { lazy: true },
        with: { requests: [expired] },
        log: ["settle 9 NOT_STARTED not_processed"],
      },
    ],
    ...nothing("hook.cancel", "hooks.expired", "hooks.overdue", "plugin.idled"),
    ...nothing("session.opened", "session.initialized", "session.configured"),
    ...nothing("hooks.answered", "session.lost", "session.closed"),
  },
  after: {},
};

/** What is alike in all states from the first opening to ready, where call 1 waits. */
const whileOpening = {
  "plugin.stop": [
    {
      to: "stopping",
      log: ["settle 1 STOPPED not_processed", "close"],
      changes: { intent: "stop", queue: "", queueBytes: 0 },
    },
    {
      when: "there is nothing to drain",
      with: { drainMs: 700 },
      to: "stopping",
      log: ["settle 1 STOPPED not_processed", "close"],
      changes: { intent: "stop", drainMs: 700, queue: "", queueBytes: 0 },
    },
  ],
  "hook.invoke": [
    { changes: { queue: "1 9", queueBytes: 20, seq: 2, activeAt: 50 } },
    {
      when: "more come than may wait",
      with: { requests: [requestOf(7), requestOf(8), requestOf(9), requestOf(10)] },
      log: ["settle 9 QUEUE_FULL not_processed", "settle 10 QUEUE_FULL not_processed"],
      changes: { queue: "1 7 8", queueBytes: 30, seq: 3, activeAt: 50 },
    },
    {
      when: "its bytes are more than may wait",
      settings: { maxQueueBytes: 19 },
      log: ["settle 9 QUEUE_FULL not_processed"],
      changes: { activeAt: 50 },
    },
    {
      when: "it is over",
      with: { requests: [expired] },
      log: ["settle 9 DEADLINE_EXCEEDED not_processed"],
      changes: { activeAt: 50 },
    },
    {
      when: "it is there already",
      with: { requests: [requestOf(1), requestOf(1)] },
      changes: { activeAt: 50 },
    },
  ],
  "hook.cancel": [
    {
      log: ["settle 1 ABORTED not_processed"],
      changes: { queue: "", queueBytes: 0 },
    },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
  "hooks.expired": [
    {
      log: ["settle 1 DEADLINE_EXCEEDED not_processed"],
      changes: { queue: "", queueBytes: 0 },
    },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
  "session.lost": [
    { to: "closing", log: ["close"], changes: { fault: "HTTP_STATUS" } },
    {
      when: "it says that it lives",
      with: { alive: true, unsent: [1] },
      to: "closing",
      log: ["close"],
      changes: { fault: "HTTP_STATUS" },
    },
  ],
} satisfies Partial<Row["on"]>;

/** An outage that has cooled down is no place to wait, but for those who ask for it. */
function whileProbing(phase: (connection: TestConnection) => void): Cell<"hook.invoke">[] {
  const reach = (connection: TestConnection): void => {
    probing(connection);
    phase(connection);
  };
  return [
    {
      when: "a probe is under way",
      reach,
      log: ["settle 9 UNAVAILABLE not_processed"],
      changes: { activeAt: 1_350 },
    },
    {
      when: "a probe is under way, and one call is patient",
      reach,
      with: { requests: [requestOf(9), requestOf(10, { waitForReady: true })] },
      log: ["settle 9 UNAVAILABLE not_processed"],
      changes: { queue: "1 10", queueBytes: 20, seq: 2, activeAt: 1_350 },
    },
  ];
}

function startWithCall(connection: TestConnection): void {
  connection.start();
  connection.invoke(requestOf(1));
}

export const spawning: Row = {
  leaf: "spawning",
  reach: startWithCall,
  on: {
    ...whileOpening,
    "hook.invoke": [...whileOpening["hook.invoke"], ...whileProbing(() => {})],
    "session.opened": [{ to: "initializing", log: ["initialize"] }],
    ...nothing("plugin.start", "plugin.reconnect", "hooks.overdue", "plugin.idled"),
    ...nothing("session.initialized", "session.configured", "hooks.answered", "session.closed"),
  },
  after: {
    openTimeout: [
      { afterMs: 10_000, to: "closing", log: ["close"], changes: { fault: "SPAWN_FAILED" } },
    ],
  },
};

export const connecting: Row = {
  leaf: "connecting",
  settings: overHttp,
  reach: startWithCall,
  on: {
    ...whileOpening,
    "hook.invoke": [...whileOpening["hook.invoke"], ...whileProbing(() => {})],
    "session.opened": [{ to: "initializing", log: ["initialize"] }],
    ...nothing("plugin.start", "plugin.reconnect", "hooks.overdue", "plugin.idled"),
    ...nothing("session.initialized", "session.configured", "hooks.answered", "session.closed"),
  },
  after: {
    openTimeout: [
      { afterMs: 10_000, to: "closing", log: ["close"], changes: { fault: "CONNECT_FAILED" } },
    ],
  },
};

export const initializing: Row = {
  leaf: "initializing",
  reach: (connection) => {
    startWithCall(connection);
    connection.opened();
  },
  on: {
    ...whileOpening,
    "hook.invoke": [
      ...whileOpening["hook.invoke"],
      ...whileProbing((connection) => connection.opened()),
    ],
    "session.initialized": [{ to: "fetchingConfig", log: ["fetch config"] }],
    ...nothing("plugin.start", "plugin.reconnect", "hooks.overdue", "plugin.idled"),
    ...nothing("session.opened", "session.configured", "hooks.answered", "session.closed"),
  },
  after: {
    initializeTimeout: [
      { afterMs: 30_000, to: "closing", log: ["close"], changes: { fault: "INITIALIZE_FAILED" } },
    ],
  },
};

function fetchConfigWithCall(connection: TestConnection): void {
  startWithCall(connection);
  connection.opened();
  connection.initialized();
}

export const fetchingConfig: Row = {
  leaf: "fetchingConfig",
  reach: fetchConfigWithCall,
  on: {
    ...whileOpening,
    "hook.invoke": [
      ...whileOpening["hook.invoke"],
      ...whileProbing((connection) => {
        connection.opened();
        connection.initialized();
      }),
    ],
    "session.configured": [
      {
        to: "ready.invoking",
        log: ["watch idleness 60000", "call 1", "tell ready 1"],
        changes: {
          hasBeenReady: true,
          attempt: 0,
          known: "guard",
          queue: "",
          queueBytes: 0,
          out: "1",
          activeAt: 50,
        },
      },
      {
        when: "nothing waits",
        given: (connection) => connection.cancel(1),
        to: "ready.waiting",
        log: ["watch idleness 60000", "tell ready 1"],
        changes: { hasBeenReady: true, attempt: 0, known: "guard", activeAt: 50 },
      },
      {
        when: "idleness does not matter",
        settings: { idleTimeoutMs: null },
        given: (connection) => connection.cancel(1),
        to: "ready.waiting",
        log: ["tell ready 1"],
        changes: { hasBeenReady: true, attempt: 0, known: "guard", activeAt: 50 },
      },
      {
        when: "what waits is over",
        with: { at: 1_000_000 },
        to: "ready.waiting",
        log: ["settle 1 DEADLINE_EXCEEDED not_processed", "watch idleness 60000", "tell ready 1"],
        changes: {
          hasBeenReady: true,
          attempt: 0,
          known: "guard",
          queue: "",
          queueBytes: 0,
          activeAt: 1_000_000,
        },
      },
      {
        when: "the server lists none of the hooks, and never has",
        with: { hooks: ["other"] },
        to: "ready.invoking",
        log: ["watch idleness 60000", "call 1", "tell ready 1"],
        changes: {
          hasBeenReady: true,
          attempt: 0,
          known: "other",
          queue: "",
          queueBytes: 0,
          out: "1",
          activeAt: 50,
        },
      },
      {
        when: "the server has withdrawn the hook",
        reach: (connection) => {
          connection.start();
          connection.becomeReady("guard", "other");
          connection.reconnect();
          connection.invoke(requestOf(1));
          connection.closed();
          connection.opened();
          connection.initialized();
        },
        with: { hooks: ["other"] },
        to: "ready.waiting",
        log: ["settle 1 HOOK_UNKNOWN not_processed", "watch idleness 60000", "tell ready 2"],
        changes: { withdrawn: "guard", queue: "", queueBytes: 0, activeAt: 50 },
      },
    ],
    ...nothing("plugin.start", "plugin.reconnect", "hooks.overdue", "plugin.idled"),
    ...nothing("session.opened", "session.initialized", "hooks.answered", "session.closed"),
  },
  after: {
    fetchConfigTimeout: [
      { afterMs: 12_000, to: "closing", log: ["close"], changes: { fault: "CONFIG_FETCH_FAILED" } },
    ],
  },
};
