import { fromArray, toArray } from "../../../machines/call-queue.ts";
import type { ConnectionContext, ConnectionEvent } from "../../../machines/index.ts";
import * as change from "../../../machines/plugin-connection.changes.ts";
import { expectEvent, type Question } from "../../../machines/plugin-connection.guards.ts";
import * as traffic from "../../../machines/traffic.ts";
import { aServer, aShortQueue, type Bounds, withdrawal } from "./bounds.ts";
import type { InvariantName } from "./invariants.ts";
import { nodeOf, withChanges, withDefinition, withParts } from "./mutate.ts";
import type { Machine } from "./state.ts";

/** A machine that is wrong in one way, and what finds it out. */
export interface Mutant {
  readonly what: string;
  readonly machine: () => Machine;
  /** Where it shows, if not in the first */
  readonly within?: Bounds;
  readonly caughtBy: InvariantName;
}

type Compute = (context: ConnectionContext, event: ConnectionEvent) => change.Change;

const withSettings = (
  context: ConnectionContext,
  settings: Partial<ConnectionContext["settings"]>,
): ConnectionContext => ({ ...context, settings: { ...context.settings, ...settings } });

/** What a computation makes of the calls, changed. */
const also =
  (compute: Compute, amend: (step: traffic.TrafficStep) => Partial<traffic.TrafficStep>): Compute =>
  (context, event) => {
    const made = compute(context, event);
    return made.step ? { ...made, step: { ...made.step, ...amend(made.step) } } : made;
  };

/** A step that also sends what waits, whatever the state. */
const dispatching =
  (compute: Compute): Compute =>
  (context, event) => {
    const made = compute(context, event);
    const step = made.step ?? traffic.unchanged(context.traffic);
    return { ...made, step: traffic.dispatch(step, 0, context.settings.maxInFlight) };
  };

/** A loss of which every call is taken to be unsent. */
const trusting: Compute = (context, event) => {
  const unsent = context.traffic.out.map(({ request }) => request.id);
  return change.loseSession(context, event.type === "session.lost" ? { ...event, unsent } : event);
};

export const mutants: readonly Mutant[] = [
  {
    what: "a call that waits already is refused when it is named again",
    machine: () =>
      withChanges({
        queuePatientCalls: (context, event) => {
          const { requests } = expectEvent(event, "hook.invoke");
          const others = requests.filter(({ waitForReady }) => !waitForReady);
          const made = change.queuePatientCalls(context, event);
          const again = traffic.refuse(traffic.noTraffic, others, "UNAVAILABLE");
          return { ...made, step: { ...(made.step as traffic.TrafficStep), settle: again.settle } };
        },
      }),
    caughtBy: "I1 settlesOnce",
  },
  {
    what: "the end forgets the calls that wait",
    machine: () =>
      withChanges({
        end: also(change.end, () => ({ settle: [] })),
      }),
    caughtBy: "I1 settlesOnce",
  },
  {
    what: "one call too many is sent",
    machine: () =>
      withChanges({
        admitCalls: (context, event) =>
          change.admitCalls(
            withSettings(context, { maxInFlight: context.settings.maxInFlight + 1 }),
            event,
          ),
      }),
    caughtBy: "I2 boundsFlight",
  },
  {
    what: "a deadline frees the slot of a call that the plugin is still at work on",
    machine: () =>
      withChanges({
        releaseCalls: dispatching(
          also(change.releaseCalls, ({ traffic: { out, ...rest } }) => ({
            traffic: { ...rest, out: out.filter(({ abandoned }) => !abandoned) },
          })),
        ),
      }),
    caughtBy: "I2 boundsFlight",
  },
  {
    what: "what is sent again goes to the end of the queue",
    machine: () =>
      withChanges({
        loseSession: also(change.loseSession, ({ traffic: { queue, ...rest } }) => ({
          traffic: {
            ...rest,
            queue: fromArray([...toArray(queue)].sort((a, b) => a.sends - b.sends)),
          },
        })),
      }),
    caughtBy: "I3 keepsOrder",
  },
  {
    what: "a stop while opening is the end at once",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "spawning").on["plugin.stop"] = {
          target: "terminated",
          actions: ["intendStop", "end"],
        };
      }),
    caughtBy: "I4 restsEmpty",
  },
  {
    what: "a lost session is left to itself, and the next one opened",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "ready", "waiting").on["session.lost"] = {
          target: "#spawning",
          actions: "dropSession",
        };
      }),
    caughtBy: "I5 opensOne",
  },
  {
    what: "every generation is taken for the current one",
    machine: () => withParts({ guards: { isCurrent: () => true, isStale: () => false } }),
    caughtBy: "I6 countsGenerations",
  },
  {
    what: "an opening has the number of the one before",
    machine: () =>
      withChanges({
        beginOpening: (context, event) => {
          const { set } = change.beginOpening(context, event);
          return { set: { ...set, link: { ...context.link, attempt: context.link.attempt + 1 } } };
        },
      }),
    caughtBy: "I6 countsGenerations",
  },
  {
    what: "a call is sent again without asking whether it was processed",
    machine: () => withChanges({ loseSession: trusting }),
    caughtBy: "I7 repeatsWithReason",
  },
  {
    what: "a session that drains is given more",
    machine: () => withChanges({ takeLastAnswers: dispatching(change.takeLastAnswers) }),
    caughtBy: "I8 sendsWhenReady",
  },
  {
    what: "being ready is taken for a proof of life",
    machine: () =>
      withChanges({
        becomeReady: (context, event) => {
          const made = change.becomeReady(context, event);
          return {
            ...made,
            set: { ...made.set, link: { ...context.link, hasBeenReady: true, attempt: 0 } },
          };
        },
      }),
    caughtBy: "I9 boundsAttempts",
  },
  {
    what: "a session that has proved lost proves, after a while, that it lives",
    machine: () =>
      withChanges({
        proveAlive: ({ link }) => ({ set: { link: { ...link, attempt: 0, cooled: null } } }),
      }),
    within: aServer,
    caughtBy: "I9 boundsAttempts",
  },
  {
    what: "attempts never end",
    machine: () => withParts({ guards: { hasAttemptsLeft: () => true } }),
    caughtBy: "I9 boundsAttempts",
  },
  {
    what: "a caller that goes opens a session",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "reconnecting").on["hook.cancel"] = {
          target: "spawning",
          actions: "releaseCalls",
        };
      }),
    caughtBy: "I10 opensForOneReason",
  },
  {
    what: "the answer of a call whose caller has gone is given to it",
    machine: () =>
      withChanges({
        takeAnswers: (context, event) => {
          const out = context.traffic.out.map((call) => ({ ...call, abandoned: false }));
          return change.takeAnswers({ ...context, traffic: { ...context.traffic, out } }, event);
        },
      }),
    caughtBy: "I11 answersOnce",
  },
  {
    what: "the calls of a lost session are taken to be answered",
    machine: () =>
      withChanges({
        loseSession: also(change.loseSession, ({ settle }) => ({
          settle: settle.map(({ request }) => ({
            request,
            status: "answered" as const,
            ambiguous: false,
          })),
        })),
      }),
    caughtBy: "I12 inventsNothing",
  },
  {
    what: "a stop drains the queue as well",
    machine: () =>
      withChanges({
        intendStop: (context, event) => {
          const { set } = change.intendStop(context, event);
          return set ? { set } : {};
        },
        takeLastAnswers: dispatching(change.takeLastAnswers),
      }),
    caughtBy: "I13 stopsForGood",
  },
  {
    what: "a stop while closing is put off until the next session is there",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "closing").on["plugin.stop"] = { actions: "intendReopen" };
      }),
    caughtBy: "I13 stopsForGood",
  },
  {
    what: "the end can be left",
    machine: () =>
      withDefinition((states) => {
        const terminated = nodeOf(states, "terminated");
        delete terminated.type;
        terminated.on = { "plugin.start": { target: "spawning" } };
      }),
    caughtBy: "I14 staysTerminated",
  },
  {
    what: "a call whose deadline has passed unnoticed is sent",
    machine: () =>
      withChanges({
        becomeReady: (context, event) =>
          change.becomeReady(context, { ...expectEvent(event, "session.configured"), at: 0 }),
      }),
    within: aShortQueue,
    caughtBy: "I15 keepsDeadlines",
  },
  {
    what: "nobody watches the deadlines of calls that have to wait",
    machine: () => withChanges({ queueCalls: also(change.queueCalls, () => ({ admitted: [] })) }),
    caughtBy: "I15 keepsDeadlines",
  },
  {
    what: "after a part of the calls has proved the session lost, they are sent to it again",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "ready", "invoking").on["session.lost"] = { actions: "sendAgain" };
      }).provide({
        actions: withChanges({ sendAgain: dispatching(change.loseCalls) }).implementations.actions,
      } as never),
    caughtBy: "I16 sendsOncePerSession",
  },
  {
    what: "a copy of the request is sent",
    machine: () =>
      withChanges({
        admitCalls: also(change.admitCalls, ({ send }) => ({
          send: send.map((call) => ({ ...call, request: { ...call.request } })),
        })),
      }),
    caughtBy: "I17 keepsIdentity",
  },
  {
    what: "the queue takes everything",
    machine: () =>
      withChanges({
        admitCalls: (context, event) =>
          change.admitCalls(withSettings(context, { maxQueue: 1_000 }), event),
      }),
    within: aShortQueue,
    caughtBy: "I18 boundsQueue",
  },
  {
    what: "a call that its caller has aborted in flight is said not to have been processed",
    machine: () =>
      withChanges({
        releaseCalls: also(change.releaseCalls, ({ settle }) => ({
          settle: settle.map((end) =>
            end.status === "failed" ? { ...end, outcome: "not_processed" as const } : end,
          ),
        })),
      }),
    caughtBy: "I22 tellsOutcome",
  },
  {
    what: "an abandoned call is not watched",
    machine: () =>
      withChanges({ releaseCalls: also(change.releaseCalls, () => ({ abandon: [] })) }),
    caughtBy: "watchesSlots",
  },
  {
    what: "an answer leads to waiting although calls wait",
    machine: () =>
      withParts({
        guards: {
          leavesNothing: ({ context, event }) =>
            context.traffic.out.every(({ request }) =>
              expectEvent(event, "hooks.answered").ids.includes(request.id),
            ),
        },
      }),
    caughtBy: "meansItsState",
  },
  {
    what: "impatient calls are kept while the connection cools down",
    machine: () =>
      withChanges({
        coolDown: (context, event) => {
          const { set } = change.coolDown(context, event);
          return set ? { set } : {};
        },
      }),
    caughtBy: "meansItsState",
  },
];

/** Machines that do nothing wrong, but do not get anywhere. */
export const idlers: readonly (Omit<Mutant, "caughtBy"> & { caughtBy: string })[] = [
  {
    what: "as long as a call waits, a session that lists less is closed again",
    within: withdrawal,
    machine: () =>
      withDefinition((states) => {
        const { on } = nodeOf(states, "fetchingConfig");
        const listsLess = ({ context, event }: Question): boolean =>
          context.traffic.queue.size > 0 &&
          expectEvent(event, "session.configured").hooks.length < 2;
        const closeAgain = { guard: listsLess, target: "#closing", actions: "intendReopen" };
        const [stale, ...others] = on["session.configured"] as object[];
        on["session.configured"] = [stale, closeAgain, ...others];
      }),
    caughtBy: "L5 callsAdvance",
  },
  {
    what: "a connection that cools down is never probed",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "coolingDown").after = {};
      }),
    caughtBy: "L4 wellBeingHeals",
  },
  {
    what: "a stop is ignored while the next attempt is waited for",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "reconnecting").on["plugin.stop"] = {};
      }),
    caughtBy: "L1 stopEnds",
  },
  {
    what: "a stop waits for a release that may never report its end",
    machine: () =>
      withDefinition((states) => {
        nodeOf(states, "stopping").after = {};
      }),
    caughtBy: "L1 stopEnds",
  },
];

/** The computations as they are, by the way of the mutants: what catches a mutant must be the mutation. */
export const unmutated = (): Machine => withChanges(Object.fromEntries(Object.entries(change)));
