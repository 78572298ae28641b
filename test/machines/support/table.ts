import type { InspectionEvent } from "xstate";
import type { ConnectionEvent, ConnectionSettings, SessionFact } from "../../../machines/index.ts";
import type { Picture } from "./describe.ts";
import { faultOf, requestOf } from "./fixtures.ts";
import { TestConnection } from "./test-connection.ts";

export type EventType = ConnectionEvent["type"];
type EventOf<T extends EventType> = Extract<ConnectionEvent, { type: T }>;

/** What one step does, in full: whatever is not named here must not happen. */
export interface Effect {
  /** Default: the same state */
  readonly to?: string;
  readonly log?: readonly string[];
  readonly changes?: Partial<Picture>;
}

export interface Circumstances {
  readonly when?: string;
  readonly settings?: Partial<ConnectionSettings>;
  /** The way to the state, if it is another one than the row's */
  readonly reach?: (connection: TestConnection) => void;
  /** What happens in the state before the step */
  readonly given?: (connection: TestConnection) => void;
}

export interface Cell<T extends EventType> extends Effect, Circumstances {
  /** How the event differs from the first of `instancesOf` */
  readonly with?: Partial<EventOf<T>>;
}

export interface DelayCell extends Effect, Circumstances {
  /** Since the state was entered */
  readonly afterMs: number;
}

/** One state: an event without a cell has no effect in it. */
export interface Row {
  readonly leaf: string;
  readonly reach: (connection: TestConnection) => void;
  readonly settings?: Partial<ConnectionSettings>;
  readonly on: { readonly [T in EventType]: readonly Cell<T>[] };
  readonly after: Readonly<Record<string, readonly DelayCell[]>>;
}

/** These events have no effect. */
export function nothing<T extends EventType>(...types: readonly T[]): Record<T, readonly never[]> {
  return Object.fromEntries(types.map((type) => [type, []])) as unknown as Record<
    T,
    readonly never[]
  >;
}

const tableSettings: Partial<ConnectionSettings> = {
  maxInFlight: 2,
  maxQueue: 3,
  idleTimeoutMs: 60_000,
  startAttempts: 3,
};

/** Time that each row has been in its state when the event comes. */
export const sinceEntryMs = 50;

export function reachRow(
  row: Row,
  circumstances: Circumstances = {},
  inspect?: (event: InspectionEvent) => void,
): TestConnection {
  const connection = new TestConnection(
    { ...tableSettings, ...row.settings, ...circumstances.settings },
    inspect && { inspect },
  );
  const reach = circumstances.reach ?? row.reach;
  reach(connection);
  connection.advance(sinceEntryMs);
  circumstances.given?.(connection);
  connection.forget();
  return connection;
}

/** Ready for the second time: an attempt is spent, and there has been no proof of life since. */
export function secondReady(connection: TestConnection): void {
  connection.start();
  connection.becomeReady();
  connection.lost({ fault: faultOf("CONNECT_FAILED") });
  connection.closed();
  connection.advance(0);
  connection.becomeReady();
}

/** Three attempts have come to nothing, and a probe is waited for. At 300 ms. */
export function coolingDown(connection: TestConnection): void {
  connection.start();
  connection.becomeReady();
  connection.lost();
  connection.closed();
  for (const waitMs of [0, 100, 200]) {
    connection.advance(waitMs);
    connection.failOpening();
  }
}

/** Events of each type that could matter if a state minded them. The first one is what the cells vary. */
export function instancesOf(connection: TestConnection): {
  readonly [T in EventType]: readonly [EventOf<T>, ...EventOf<T>[]];
} {
  const { generation } = connection;
  const at = connection.now();
  const [only, second] = [requestOf(9), requestOf(10, { waitForReady: true })];
  const fault = faultOf("HTTP_STATUS");
  const lost = {
    type: "session.lost",
    generation,
    fault,
    ended: [1],
    unsent: [],
    alive: false,
    at,
  } as const;
  const answered = {
    type: "hooks.answered",
    generation,
    ids: [1],
    successful: true,
    at,
  } as const;
  return {
    "plugin.start": [{ type: "plugin.start" }],
    "plugin.stop": [
      { type: "plugin.stop", at },
      { type: "plugin.stop", at, drainMs: 0 },
      { type: "plugin.stop", at, drainMs: 700 },
      { type: "plugin.stop" },
    ],
    "plugin.reconnect": [{ type: "plugin.reconnect", at }, { type: "plugin.reconnect" }],
    "hook.invoke": [
      { type: "hook.invoke", requests: [only], at },
      { type: "hook.invoke", requests: [second, only] },
    ],
    "hook.cancel": [
      { type: "hook.cancel", ids: [1], at },
      { type: "hook.cancel", ids: [1, 2, 3, 99], at },
      { type: "hook.cancel", ids: [] },
    ],
    "hooks.expired": [
      { type: "hooks.expired", ids: [1], at },
      { type: "hooks.expired", ids: [1, 2, 3, 99], at: at + 10_000_000 },
    ],
    "hooks.overdue": [
      { type: "hooks.overdue", ids: [1], at },
      { type: "hooks.overdue", ids: [1, 2, 3, 99], at: at + 10_000_000 },
    ],
    "plugin.idled": [
      { type: "plugin.idled", at },
      { type: "plugin.idled", at: at + 10_000_000 },
    ],
    "session.opened": [{ type: "session.opened", generation }],
    "session.initialized": [{ type: "session.initialized", generation }],
    "session.configured": [
      { type: "session.configured", generation, hooks: ["guard"], at },
      { type: "session.configured", generation, hooks: [], at },
    ],
    "hooks.answered": [answered, { ...answered, ids: [1, 2, 3, 99] }],
    "session.lost": [
      lost,
      { ...lost, alive: true },
      { ...lost, ended: [1, 2, 3], unsent: [1, 2, 3] },
    ],
    "session.closed": [
      { type: "session.closed", generation, at, jitter: 0 },
      { type: "session.closed", generation, at, jitter: 0.99 },
    ],
  };
}

/** Every fact of a session, as another generation would state it. */
export function factsOf(generation: number, connection: TestConnection): SessionFact[] {
  return Object.values(instancesOf(connection))
    .flat()
    .filter((event): event is SessionFact => "generation" in event)
    .map((fact) => ({ ...fact, generation }));
}
