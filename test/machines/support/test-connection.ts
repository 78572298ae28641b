import {
  type ActorRefFrom,
  type AnyActorRef,
  createActor,
  fromCallback,
  type InspectionEvent,
} from "xstate";
import {
  type ConnectionContext,
  type ConnectionEmitted,
  type ConnectionEvent,
  type ConnectionSettings,
  type Fault,
  type HookRequestRef,
  pluginConnectionMachine,
  type SessionCommand,
  type SessionFact,
  type Settlement,
} from "../../../machines/index.ts";
import {
  describeCommand,
  describeEmitted,
  describeSettlement,
  leafOf,
  type Picture,
  pictureOf,
} from "./describe.ts";
import { faultOf, settingsOf } from "./fixtures.ts";
import { type ScriptedSession, type SessionWitness, scriptedSession } from "./scripted-session.ts";
import { StepClock } from "./step-clock.ts";

interface LossScript {
  readonly ended?: readonly number[];
  readonly unsent?: readonly number[];
  readonly alive?: boolean;
  readonly fault?: Fault;
}

/** What the machine's services tell of: each connection is the port of its own machine. */
const connectionOf = (port: unknown): TestConnection => port as TestConnection;

const keeper = fromCallback<{ type: "never" }, { port: unknown; connection: AnyActorRef }>(
  ({ input }) => {
    const connection = connectionOf(input.port);
    connection.keepers += 1;
    return () => {
      connection.keepers -= 1;
    };
  },
);

type Machine = typeof pluginConnectionMachine;

const services: Parameters<Machine["provide"]>[0] = {
  actors: { session: scriptedSession, keeper },
  actions: {
    settleCalls: ({ context }, { settlements }) => connectionOf(context.port).settle(settlements),
    watchDeadlines: ({ context }, { requests }) =>
      connectionOf(context.port).watched.push(...requests),
    watchAbandoned: ({ context }, { ids }) =>
      connectionOf(context.port).log.push(`watch abandoned ${ids.join(" ")}`),
    watchIdleness: ({ context }, { afterMs }) =>
      connectionOf(context.port).log.push(`watch idleness ${afterMs}`),
  },
};

/** A machine, or what has been made of it, with services that do as they are told. */
export const withServices = (machine: Machine): Machine => machine.provide(services);

/** Provided once, as a host does it. */
export const testedMachine = withServices(pluginConnectionMachine);

/** The machine as an actor, with a session that does as it is told, in simulated time. */
export class TestConnection implements SessionWitness {
  readonly clock: StepClock = new StepClock();
  /** All that the machine has done to its surroundings, in order; see `describe.ts` */
  readonly log: string[] = [];
  readonly settlements: Settlement[] = [];
  /** Requests whose deadlines the host is to watch */
  readonly watched: HookRequestRef[] = [];
  readonly emitted: ConnectionEmitted[] = [];
  readonly sessions: ScriptedSession[] = [];
  /** Errors of the machine itself: there must never be one */
  readonly crashes: unknown[] = [];
  /** Keepers at work: one until the end, none after it */
  keepers = 0;
  readonly actor: ActorRefFrom<typeof pluginConnectionMachine>;

  constructor(
    settings: Partial<ConnectionSettings> = {},
    options: {
      readonly machine?: typeof pluginConnectionMachine;
      readonly inspect?: (event: InspectionEvent) => void;
    } = {},
  ) {
    const { machine = testedMachine, inspect } = options;
    this.actor = createActor(machine, {
      input: { settings: settingsOf(settings), port: this },
      clock: this.clock,
      ...(inspect && { inspect }),
    });
    this.actor.on("*", (event) => {
      this.emitted.push(event);
      this.log.push(describeEmitted(event));
    });
    this.actor.subscribe({ error: (error) => this.crashes.push(error) });
    this.actor.start();
  }

  spawned(session: ScriptedSession): void {
    this.sessions.push(session);
    this.log.push(`session ${session.generation} spawned`);
  }

  told(_: ScriptedSession, command: SessionCommand): void {
    this.log.push(describeCommand(command));
  }

  released({ generation }: ScriptedSession): void {
    this.log.push(`session ${generation} released`);
  }

  settle(settlements: readonly Settlement[]): void {
    this.settlements.push(...settlements);
    this.log.push(...settlements.map(describeSettlement));
  }

  get context(): ConnectionContext {
    return this.actor.getSnapshot().context;
  }

  get state(): string {
    return leafOf(this.actor.getSnapshot().value);
  }

  get picture(): Picture {
    return pictureOf(this.context);
  }

  /** The log from now on is the test's own business. */
  forget(): void {
    this.log.length = 0;
  }

  /** What has been done since the last time, and forgets it. */
  takeLog(): string[] {
    return this.log.splice(0);
  }

  now(): number {
    return this.clock.now();
  }

  advance(ms: number): void {
    this.clock.advance(ms);
  }

  send(event: ConnectionEvent): void {
    this.actor.send(event);
  }

  start(): void {
    this.send({ type: "plugin.start" });
  }

  stop(drainMs?: number): void {
    const at = this.now();
    this.send({ type: "plugin.stop", at, ...(drainMs !== undefined && { drainMs }) });
  }

  reconnect(): void {
    this.send({ type: "plugin.reconnect", at: this.now() });
  }

  invoke(...requests: readonly HookRequestRef[]): void {
    this.send({ type: "hook.invoke", requests, at: this.now() });
  }

  cancel(...ids: readonly number[]): void {
    this.send({ type: "hook.cancel", ids, at: this.now() });
  }

  expire(...ids: readonly number[]): void {
    this.send({ type: "hooks.expired", ids, at: this.now() });
  }

  overdue(...ids: readonly number[]): void {
    this.send({ type: "hooks.overdue", ids, at: this.now() });
  }

  idled(): void {
    this.send({ type: "plugin.idled", at: this.now() });
  }

  /** Of the current opening */
  get generation(): number {
    return this.context.link.generation;
  }

  /** The session that is not released, or undefined. */
  get session(): ScriptedSession | undefined {
    return this.sessions.find((session) => !session.isReleased);
  }

  opened(): void {
    this.#say({ type: "session.opened", generation: this.generation });
  }

  initialized(): void {
    this.#say({ type: "session.initialized", generation: this.generation });
  }

  configured(...hooks: readonly string[]): void {
    const listed = hooks.length === 0 ? ["guard"] : hooks;
    const { generation } = this;
    this.#say({ type: "session.configured", generation, hooks: listed, at: this.now() });
  }

  answered(...ids: readonly number[]): void {
    const { generation } = this;
    this.#say({ type: "hooks.answered", generation, ids, successful: true, at: this.now() });
  }

  /** Answers, none of which is a success. */
  answeredBadly(...ids: readonly number[]): void {
    const { generation } = this;
    this.#say({ type: "hooks.answered", generation, ids, successful: false, at: this.now() });
  }

  lost({ fault = faultOf("SESSION_LOST"), ...script }: LossScript = {}): void {
    const loss = { ended: [], unsent: [], alive: false, ...script };
    const { generation } = this;
    this.#say({ type: "session.lost", generation, fault, ...loss, at: this.now() });
  }

  closed(jitter = 0.5): void {
    const { generation } = this;
    this.#say({ type: "session.closed", generation, at: this.now(), jitter });
  }

  /** From an opening to ready. */
  becomeReady(...hooks: readonly string[]): void {
    this.opened();
    this.initialized();
    this.configured(...hooks);
  }

  /** The attempt to open comes to nothing. */
  failOpening(code = "SPAWN_FAILED", jitter = 0.5): void {
    this.lost({ fault: faultOf(code, { phase: "spawning" }) });
    this.closed(jitter);
  }

  #say(fact: SessionFact): void {
    const { session } = this;
    if (!session) throw new Error(`no session to say ${fact.type} in ${this.state}`);
    session.say(fact);
  }
}
