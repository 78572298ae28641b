import { type AnyActorRef, and, fromCallback, setup } from "xstate";
import type { HookRequestRef } from "./call.ts";
import { newLink } from "./link.ts";
import * as change from "./plugin-connection.changes.ts";
import * as ask from "./plugin-connection.guards.ts";
import type {
  ConnectionContext,
  ConnectionEmitted,
  ConnectionEvent,
  ConnectionInput,
  ConnectionOutput,
  SessionCommand,
  SessionInput,
  SettleParams,
} from "./plugin-connection.types.ts";
import { noTraffic } from "./traffic.ts";

/** Stands where the host provides the real thing. It throws: a machine that silently waits for nothing helps nobody. */
const missing = (what: string) => (): never => {
  throw new Error(`pluginConnectionMachine needs ${what}: provide it, or use mcp-tether/xstate`);
};

const base = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
    output: {} as ConnectionOutput,
    emitted: {} as ConnectionEmitted,
  },
  actors: {
    /** The transport of one opening, from the spawn or connect until everything of it is released. */
    session: fromCallback<SessionCommand, SessionInput>(missing("the actor 'session'")),
    /** Lives as long as the connection, and sees to it that nobody waits on one that has gone without a word. */
    keeper: fromCallback<{ type: "never" }, { port: unknown; connection: AnyActorRef }>(
      missing("the actor 'keeper'"),
    ),
  },
  actions: {
    /** Gives callers their end. */
    settleCalls: missing("the action 'settleCalls'") as (_: unknown, params: SettleParams) => void,
    /** Sends `hooks.expired` at the deadlines of these requests, which have just been admitted. */
    watchDeadlines: missing("the action 'watchDeadlines'") as (
      _: unknown,
      params: { readonly requests: readonly HookRequestRef[] },
    ) => void,
    /** Sends `hooks.overdue` when the calls have been abandoned for `abandonGraceMs`. */
    watchAbandoned: missing("the action 'watchAbandoned'") as (
      _: unknown,
      params: { readonly ids: readonly number[] },
    ) => void,
    /** Sends `plugin.idled` after the time. There is one such timer: a new time replaces the one before. */
    watchIdleness: missing("the action 'watchIdleness'") as (
      _: unknown,
      params: { readonly afterMs: number },
    ) => void,
  },
  guards: {
    hasAdmissibleCall: ask.hasAdmissibleCall,
    hasAttemptsLeft: ask.hasAttemptsLeft,
    hasBeenIdle: ask.hasBeenIdle,
    hasWaitingCalls: ask.hasWaitingCalls,
    isCooled: ask.isCooled,
    isCurrent: ask.isCurrent,
    isFallingAsleep: ask.isFallingAsleep,
    isFinal: ask.isFinal,
    isGracefulStop: ask.isGracefulStop,
    isLazyCall: ask.isLazyCall,
    isOverdue: ask.isOverdue,
    isPatientDraining: ask.isPatientDraining,
    isReopening: ask.isReopening,
    isStale: ask.isStale,
    isStdio: ask.isStdio,
    isStopping: ask.isStopping,
    isWakingCall: ask.isWakingCall,
    leavesNothing: ask.leavesNothing,
    leavesNothingOut: ask.leavesNothingOut,
    mayOthersBeAnswered: ask.mayOthersBeAnswered,
  },
  delays: {
    openTimeout: ({ context }) => context.settings.openMs,
    initializeTimeout: ({ context }) => context.settings.initializeMs,
    fetchConfigTimeout: ({ context }) => context.settings.fetchConfigMs,
    backoffDelay: ({ context }) => context.link.waitMs,
    probeDelay: ({ context }) => context.link.waitMs,
    stableTime: ({ context }) => context.settings.stableAfterMs,
    drainLimit: ({ context }) => context.drainMs,
    closeLimit: ({ context }) => context.settings.stopLimitMs,
    stopLimit: ({ context }) => context.settings.stopLimitMs,
  },
});

/** An action that carries out a change: the one way by which the context moves, and calls are sent and settled. */
const act = (compute: (context: ConnectionContext, event: ConnectionEvent) => change.Change) =>
  base.enqueueActions(({ context, event, enqueue }) => {
    const { set, step } = compute(context, event);
    if (!step) {
      if (set) enqueue.assign(set);
      return;
    }
    const { traffic, send, settle, admitted, abandon } = step;
    enqueue.assign({ ...set, traffic });
    if (admitted.length > 0) enqueue({ type: "watchDeadlines", params: { requests: admitted } });
    if (send.length > 0) {
      const calls = send.map(({ request, sends }) => ({ request, attempt: sends }));
      enqueue.sendTo("session", { type: "session.call", calls });
    }
    if (abandon.length > 0) {
      enqueue.sendTo("session", { type: "session.cancel", ids: abandon });
      enqueue({ type: "watchAbandoned", params: { ids: abandon } });
    }
    if (settle.length > 0) {
      const params = { settlements: settle, link: set?.link ?? context.link };
      enqueue({ type: "settleCalls", params });
    }
  });

const connection = base.extend({
  actions: {
    admitCalls: act(change.admitCalls),
    awaitRetry: act(change.awaitRetry),
    becomeReady: act(change.becomeReady),
    beginOpening: act(change.beginOpening),
    coolDown: act(change.coolDown),
    countLoss: act(change.countLoss),
    end: act(change.end),
    intendReopen: act(change.intendReopen),
    intendSleep: act(change.intendSleep),
    intendStop: act(change.intendStop),
    loseCalls: act(change.loseCalls),
    loseSession: act(change.loseSession),
    noteConnectTimeout: act(change.noteConnectTimeout),
    noteFault: act(change.noteFault),
    noteFetchConfigTimeout: act(change.noteFetchConfigTimeout),
    noteInitializeTimeout: act(change.noteInitializeTimeout),
    noteSpawnTimeout: act(change.noteSpawnTimeout),
    proveAlive: act(change.proveAlive),
    queueCalls: act(change.queueCalls),
    queuePatientCalls: act(change.queuePatientCalls),
    refuseStopped: act(change.refuseStopped),
    refuseUnstarted: act(change.refuseUnstarted),
    releaseCalls: act(change.releaseCalls),
    takeAnswers: act(change.takeAnswers),
    takeLastAnswers: act(change.takeLastAnswers),

    spawnSession: base.spawnChild("session", {
      id: "session",
      input: ({ context }) => ({ port: context.port, generation: context.link.generation }),
    }),
    initializeSession: base.sendTo("session", { type: "session.initialize" }),
    fetchConfig: base.sendTo("session", { type: "session.fetchConfig" }),
    closeSession: base.sendTo("session", { type: "session.close" }),
    dropSession: base.stopChild("session"),

    watchFirstIdleness: base.enqueueActions(({ context: { settings }, enqueue }) => {
      if (settings.idleTimeoutMs === null) return;
      enqueue({ type: "watchIdleness", params: { afterMs: settings.idleTimeoutMs } });
    }),
    watchFurtherIdleness: base.enqueueActions(({ context, event, enqueue }) => {
      const { settings, traffic } = context;
      if (settings.idleTimeoutMs === null) return;
      const { at } = ask.expectEvent(event, "plugin.idled");
      const idleMs = traffic.out.length > 0 ? 0 : at - traffic.activeAt;
      enqueue({ type: "watchIdleness", params: { afterMs: settings.idleTimeoutMs - idleMs } });
    }),

    tellReady: base.emit(({ context: { link } }) => ({
      type: "plugin.ready",
      generation: link.generation,
    })),
    tellReconnecting: base.emit(({ context: { link } }) => ({
      type: "plugin.reconnecting",
      attempt: link.attempt + 1,
      delayMs: link.waitMs,
      cause: link.fault,
    })),
    tellCoolingDown: base.emit(({ context: { link } }) => ({
      type: "plugin.coolingDown",
      nextProbeAt: link.retryAt ?? 0,
      cause: link.cooled ?? "RECONNECT_EXHAUSTED",
    })),
    tellTerminated: base.emit(({ context: { end } }) => ({
      type: "plugin.terminated",
      reason: end?.reason ?? "stopped",
      fault: end?.fault ?? null,
    })),
  },
});

// What several states share. Functions, since a machine's definition owns its parts.

const open = () => [
  { guard: "isStdio", target: "#spawning" } as const,
  { target: "#connecting" } as const,
];

const endNow = () => ({ target: "#terminated", actions: ["intendStop", "end"] }) as const;

/** The session of this attempt comes to nothing: what there is of it is released first. */
const failAttempt = () =>
  ({ guard: "isCurrent", target: "#closing", actions: "noteFault" }) as const;

/** With a session, but without a call that is out. */
const stopSession = () => ({ target: "#stopping", actions: "intendStop" }) as const;

const stopWithCalls = () =>
  ({ target: "#stopping", actions: ["intendStop", "loseCalls"] }) as const;

/** While there is no ready session. */
const queue = () => [
  { guard: "isCooled", actions: "queuePatientCalls" } as const,
  { actions: "queueCalls" } as const,
];

const whileOpening = () => ({
  "hook.invoke": queue(),
  "plugin.stop": stopSession(),
  "session.lost": failAttempt(),
});

/** Nothing is left of the session: what comes next has been decided before, or follows from the rules of attempts. */
const afterClosing = () => [
  {
    guard: and(["isReopening", "isStdio"]),
    target: "spawning",
    actions: ["dropSession", "countLoss"],
  } as const,
  { guard: "isReopening", target: "connecting", actions: ["dropSession", "countLoss"] } as const,
  { guard: "isFallingAsleep", target: "dormant", actions: "dropSession" } as const,
  {
    guard: "hasAttemptsLeft",
    target: "reconnecting",
    actions: ["dropSession", "countLoss", "awaitRetry"],
  } as const,
  { guard: "isFinal", target: "terminated", actions: ["dropSession", "countLoss", "end"] } as const,
  { target: "coolingDown", actions: ["dropSession", "countLoss", "coolDown"] } as const,
];

export const pluginConnectionMachine = connection.createMachine({
  id: "pluginConnection",
  context: ({ input }) => ({
    settings: input.settings,
    port: input.port,
    link: newLink,
    traffic: noTraffic,
    intent: { kind: "recover", lost: false },
    drainMs: 0,
    hooks: { known: [], withdrawn: [] },
    end: null,
  }),
  output: ({ context }) => context.end ?? { reason: "stopped", fault: null },
  invoke: {
    id: "keeper",
    src: "keeper",
    input: ({ context, self }) => ({ port: context.port, connection: self }),
  },
  initial: "idle",
  on: {
    "hook.cancel": { actions: "releaseCalls" },
    "hooks.expired": { actions: "releaseCalls" },
  },
  states: {
    /** Never started. */
    idle: {
      on: {
        "plugin.start": open(),
        "plugin.reconnect": open(),
        "plugin.stop": endNow(),
        "hook.invoke": [
          { guard: and(["isLazyCall", "isStdio"]), target: "#spawning", actions: "queueCalls" },
          { guard: "isLazyCall", target: "#connecting", actions: "queueCalls" },
          { actions: "refuseUnstarted" },
        ],
      },
    },

    spawning: {
      id: "spawning",
      entry: ["beginOpening", "spawnSession"],
      on: {
        ...whileOpening(),
        "session.opened": { guard: "isCurrent", target: "initializing" },
      },
      after: { openTimeout: { target: "closing", actions: "noteSpawnTimeout" } },
    },

    connecting: {
      id: "connecting",
      entry: ["beginOpening", "spawnSession"],
      on: {
        ...whileOpening(),
        "session.opened": { guard: "isCurrent", target: "initializing" },
      },
      after: { openTimeout: { target: "closing", actions: "noteConnectTimeout" } },
    },

    initializing: {
      entry: "initializeSession",
      on: {
        ...whileOpening(),
        "session.initialized": { guard: "isCurrent", target: "fetchingConfig" },
      },
      after: { initializeTimeout: { target: "closing", actions: "noteInitializeTimeout" } },
    },

    fetchingConfig: {
      entry: "fetchConfig",
      on: {
        ...whileOpening(),
        "session.configured": [
          { guard: "isStale" },
          { guard: "hasWaitingCalls", target: "ready.invoking", actions: "becomeReady" },
          { target: "ready", actions: "becomeReady" },
        ],
      },
      after: { fetchConfigTimeout: { target: "closing", actions: "noteFetchConfigTimeout" } },
    },

    ready: {
      entry: ["tellReady", "watchFirstIdleness"],
      after: { stableTime: { actions: "proveAlive" } },
      initial: "waiting",
      states: {
        /** Nothing is out and nothing waits. */
        waiting: {
          on: {
            "hook.invoke": [
              { guard: "hasAdmissibleCall", target: "invoking", actions: "admitCalls" },
              { actions: "admitCalls" },
            ],
            "session.lost": { guard: "isCurrent", target: "#closing", actions: "loseSession" },
            "plugin.idled": [
              { guard: "hasBeenIdle", target: "#closing", actions: "intendSleep" },
              { actions: "watchFurtherIdleness" },
            ],
            "plugin.reconnect": { target: "#closing", actions: "intendReopen" },
            "plugin.stop": stopSession(),
          },
        },

        /** At most `maxInFlight` calls are with the plugin, the others wait. */
        invoking: {
          on: {
            "hook.invoke": { actions: "admitCalls" },
            "hooks.answered": [
              { guard: "isStale" },
              { guard: "leavesNothing", target: "waiting", actions: "takeAnswers" },
              { actions: "takeAnswers" },
            ],
            "hooks.overdue": { guard: "isOverdue", target: "#closing", actions: "loseSession" },
            "session.lost": [
              { guard: "isStale" },
              { guard: "mayOthersBeAnswered", target: "draining", actions: "loseSession" },
              { target: "#closing", actions: "loseSession" },
            ],
            "plugin.idled": { actions: "watchFurtherIdleness" },
            "plugin.reconnect": { target: "draining", actions: "intendReopen" },
            "plugin.stop": [
              { guard: "isGracefulStop", target: "draining", actions: "intendStop" },
              stopWithCalls(),
            ],
          },
        },

        /** Nothing more is sent: the calls that are out get their answers before the session is closed. */
        draining: {
          on: {
            "hook.invoke": [
              { guard: "isStopping", actions: "refuseStopped" },
              { actions: "queueCalls" },
            ],
            "hooks.answered": [
              { guard: "isStale" },
              {
                guard: and(["leavesNothingOut", "isStopping"]),
                target: "#stopping",
                actions: "takeLastAnswers",
              },
              { guard: "leavesNothingOut", target: "#closing", actions: "takeLastAnswers" },
              { actions: "takeLastAnswers" },
            ],
            "hooks.overdue": [
              {
                guard: and(["isOverdue", "isStopping"]),
                target: "#stopping",
                actions: "loseCalls",
              },
              { guard: "isOverdue", target: "#closing", actions: "loseSession" },
            ],
            "session.lost": [
              { guard: "isStale" },
              // Entered anew, because a loss leaves less time than a reconnect that was asked for.
              {
                guard: and(["mayOthersBeAnswered", "isPatientDraining"]),
                target: "draining",
                reenter: true,
                actions: "loseSession",
              },
              { guard: "mayOthersBeAnswered", actions: "loseCalls" },
              { guard: "isStopping", target: "#stopping", actions: "loseCalls" },
              { target: "#closing", actions: "loseSession" },
            ],
            "plugin.stop": [
              { guard: "isStopping", target: "#stopping", actions: "loseCalls" },
              // Entered anew, because the limit is the stop's own.
              { guard: "isGracefulStop", target: "draining", reenter: true, actions: "intendStop" },
              stopWithCalls(),
            ],
          },
          after: {
            drainLimit: [
              { guard: "isStopping", target: "#stopping", actions: "loseCalls" },
              { target: "#closing", actions: "loseCalls" },
            ],
          },
        },
      },
    },

    /** The session of this generation is released, whatever follows. */
    closing: {
      id: "closing",
      entry: "closeSession",
      on: {
        "session.closed": [{ guard: "isStale" }, ...afterClosing()],
        "hook.invoke": [
          { guard: "isWakingCall", actions: ["queueCalls", "intendReopen"] },
          ...queue(),
        ],
        "plugin.start": { guard: "isFallingAsleep", actions: "intendReopen" },
        "plugin.reconnect": { actions: "intendReopen" },
        "plugin.stop": { target: "stopping", actions: "intendStop" },
      },
      // A release that never reports its end must not be the end of the connection.
      after: { closeLimit: afterClosing() },
    },

    /** Waits for the next attempt of a burst. Nothing is open. */
    reconnecting: {
      entry: "tellReconnecting",
      on: {
        "hook.invoke": { actions: "queueCalls" },
        "plugin.reconnect": open(),
        "plugin.stop": endNow(),
      },
      after: { backoffDelay: open() },
    },

    /** The burst has come to nothing: probes, further and further apart, until the plugin is back. */
    coolingDown: {
      entry: "tellCoolingDown",
      on: {
        "hook.invoke": { actions: "queuePatientCalls" },
        "plugin.start": open(),
        "plugin.reconnect": open(),
        "plugin.stop": endNow(),
      },
      after: { probeDelay: open() },
    },

    /** Nobody needs the plugin for now. */
    dormant: {
      on: {
        "hook.invoke": [
          {
            guard: and(["hasAdmissibleCall", "isStdio"]),
            target: "spawning",
            actions: "queueCalls",
          },
          { guard: "hasAdmissibleCall", target: "connecting", actions: "queueCalls" },
          { actions: "queueCalls" },
        ],
        "plugin.start": open(),
        "plugin.reconnect": open(),
        "plugin.stop": endNow(),
      },
    },

    /** The session is released for the last time. */
    stopping: {
      id: "stopping",
      entry: "closeSession",
      on: {
        "session.closed": {
          guard: "isCurrent",
          target: "terminated",
          actions: ["dropSession", "end"],
        },
        "hook.invoke": { actions: "refuseStopped" },
      },
      after: { stopLimit: { target: "terminated", actions: ["dropSession", "end"] } },
    },

    terminated: {
      id: "terminated",
      type: "final",
      entry: "tellTerminated",
    },
  },
});
