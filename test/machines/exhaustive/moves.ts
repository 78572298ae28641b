import type { ConnectionEvent, Fault, HookRequestRef } from "../../../machines/index.ts";
import { asleepUntil, type Bounds } from "./bounds.ts";
import type { StepEvent } from "./history.ts";
import { callsOut, isHeld, type State } from "./state.ts";

/** Something that can happen next. */
export interface Move {
  /** What it is, for the trace of a violation */
  readonly label: string;
  readonly event: StepEvent;
}

const fault: Fault = { code: "SESSION_LOST", phase: "invoking", fatal: false, detail: null };
const at = 0;

const move = (label: string, event: ConnectionEvent): Move => ({ label, event });

/** All that can happen in a state: what a host, its callers, their timers and the services may do at that moment. */
export function movesOf(state: State, bounds: Bounds): Move[] {
  const facts = factsOf(state, bounds);
  return [
    ...commands,
    ...callsOf(state, bounds),
    ...idleness(state, bounds),
    ...delaysOf(state),
    ...facts,
    ...(bounds.hasGhosts ? facts.flatMap(staleTwin) : []),
  ];
}

const commands: readonly Move[] = [
  move("start", { type: "plugin.start" }),
  move("stop", { type: "plugin.stop", at }),
  move("stop, draining", { type: "plugin.stop", at, drainMs: 5_000 }),
  move("reconnect", { type: "plugin.reconnect", at }),
];

function callsOf(state: State, { batches, oversleeps }: Bounds): Move[] {
  const { calls } = state.history;
  const held = calls.filter(isHeld).map(({ request }) => request);
  const coming = calls.filter(({ entry }) => entry === 0).map(({ request }) => request);
  const ids = held.map(({ id }) => id);
  const abandoned = callsOut(state).filter((call) => call.abandoned);
  const lists = coming.length > 1 && batches ? [coming.slice(0, 1), coming] : [coming.slice(0, 1)];
  const invoke = (requests: readonly HookRequestRef[]) => ({
    type: "hook.invoke" as const,
    // What is there already is named again each time: by mistake, and without effect.
    requests: [...held, ...requests],
    at,
  });
  return [
    ...lists.map((requests) =>
      move(`invoke ${requests.map(({ id }) => id).join(" ")}`, invoke(requests)),
    ),
    ...(oversleeps && coming.length > 0
      ? [move("invoke, overslept", { ...invoke(coming.slice(0, 1)), at: asleepUntil })]
      : []),
    ...ids.flatMap((id) => [
      move(`cancel ${id}`, { type: "hook.cancel", ids: [id], at }),
      move(`expire ${id}`, { type: "hooks.expired", ids: [id], at }),
    ]),
    ...abandoned.map(({ request: { id } }) =>
      move(`overdue ${id}`, { type: "hooks.overdue", ids: [id], at }),
    ),
  ];
}

function idleness({ leaf, snapshot }: State, { settings }: Bounds): Move[] {
  const { idleTimeoutMs } = settings;
  if (idleTimeoutMs === null || !leaf.startsWith("ready.")) return [];
  const { activeAt } = snapshot.context.traffic;
  return [
    move("idle, but not for long", { type: "plugin.idled", at: activeAt }),
    move("idle", { type: "plugin.idled", at: activeAt + idleTimeoutMs }),
  ];
}

const delaysOf = ({ history }: State): Move[] =>
  history.timers.map((type) => ({
    label: type.replace(/^xstate\.after\.(\w+)\..*/, "after $1"),
    event: { type: type as `xstate.after.${string}` },
  }));

/** What the current session can say. */
function factsOf(state: State, bounds: Bounds): Move[] {
  const { history, leaf } = state;
  const { generation } = history;
  if (history.live.length === 0) return [];
  switch (leaf) {
    case "spawning":
    case "connecting":
      return [move("opened", { type: "session.opened", generation }), ...failures(generation)];
    case "initializing":
      return [
        move("initialized", { type: "session.initialized", generation }),
        ...failures(generation),
      ];
    case "fetchingConfig":
      return [...configurations(state, bounds), ...failures(generation)];
    case "closing":
    case "stopping":
      return [
        ...closings(state, bounds),
        ...answers(state, bounds).slice(0, 1),
        ...losses(state).slice(0, 1),
      ];
    default:
      return [...answers(state, bounds), ...losses(state)];
  }
}

function closings({ history: { generation }, snapshot }: State, bounds: Bounds): Move[] {
  const closed = { type: "session.closed", generation, at, jitter: 0.5 } as const;
  const { withinMs } = bounds.settings.restartLimit;
  const isRemembered = snapshot.context.link.losses.length > 0;
  return [
    move("closed", closed),
    ...(bounds.forgets && isRemembered
      ? [
          move("closed, just in time", { ...closed, at: withinMs - 1 }),
          move("closed, long after", { ...closed, at: withinMs }),
        ]
      : []),
  ];
}

const failures = (generation: number): Move[] =>
  [false, true].map((fatal) =>
    move(`failed${fatal ? " for good" : ""}`, {
      type: "session.lost",
      generation,
      fault: { ...fault, fatal },
      ended: [],
      unsent: [],
      alive: false,
      at,
    }),
  );

function configurations({ history: { generation } }: State, bounds: Bounds): Move[] {
  const hooks = [...new Set(bounds.requests.map(({ hookType }) => hookType))];
  const configured = { type: "session.configured", generation, hooks, at } as const;
  return [
    move("configured", configured),
    ...(bounds.withdraws
      ? [move("configured with less", { ...configured, hooks: hooks.slice(0, -1) })]
      : []),
    ...(bounds.oversleeps
      ? [move("configured, overslept", { ...configured, at: asleepUntil })]
      : []),
  ];
}

/** Those which the plugin has got, in the order of its getting them. */
const idsOut = ({ history }: State): number[] =>
  history.calls.filter(({ isOut }) => isOut).map(({ request }) => request.id);

function answers(state: State, bounds: Bounds): Move[] {
  const ids = idsOut(state);
  if (ids.length === 0) return [];
  const { generation } = state.history;
  const answer = (some: readonly number[], how: { successful?: boolean; at?: number } = {}) =>
    ({ type: "hooks.answered", generation, ids: some, successful: true, at, ...how }) as const;
  return [
    ...ids.map((id) => move(`answered ${id}`, answer([id]))),
    ...(ids.length > 1 ? [move("answered all", answer([...ids].reverse()))] : []),
    move("answered badly", answer(ids.slice(0, 1), { successful: false })),
    ...(bounds.oversleeps ? [move("answered, overslept", answer(ids, { at: asleepUntil }))] : []),
  ];
}

function losses(state: State): Move[] {
  const ids = idsOut(state);
  const { generation } = state.history;
  const lost = (
    label: string,
    alive: boolean,
    ended: readonly number[],
    unsent: readonly number[],
  ) =>
    move(`lost${alive ? ", alive" : ""}${label}`, {
      type: "session.lost",
      generation,
      fault,
      ended,
      unsent,
      alive,
      at,
    });
  const partial = ids.slice(0, 1);
  return [
    lost("", false, ids, []),
    ...(ids.length > 0 ? [lost(", nothing sent", false, ids, ids)] : []),
    ...(ids.length > 1 ? [lost(`, ${partial} not sent`, false, ids, partial)] : []),
    ...ids.flatMap((id) => [
      lost(`, ${id} not sent`, true, [id], [id]),
      lost(`, ${id} sent`, true, [id], []),
    ]),
  ];
}

/** The same fact of the session before, which is long gone. */
function staleTwin({ label, event }: Move): Move[] {
  if (!("generation" in event)) return [];
  return [{ label: `${label} (stale)`, event: { ...event, generation: event.generation - 1 } }];
}
