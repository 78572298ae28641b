import { PluginError } from "../errors.ts";
import type { Plugin } from "../server/define-plugin.ts";
import { sessionEra, sessionlessEra } from "../transports/era.ts";
import type { Child, ChildListener } from "../transports/stdio/child.ts";
import type { World } from "../world.ts";
import { type Cue, FaultScript } from "./cues.ts";
import type { Fault } from "./faults.ts";
import { HttpSessions } from "./http-sessions.ts";
import { lineOf, type SimulatedClock } from "./simulated-clock.ts";
import { SimulatedConnection } from "./simulated-connection.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { momentOf, type Peer, SimulatedServer } from "./simulated-server.ts";
import type { SimulatedSocket } from "./simulated-socket.ts";
import type { TimeLine } from "./time-line.ts";
import { type WorldEvent, WorldLog } from "./world-events.ts";

export interface WorldSpec {
  readonly clock: SimulatedClock;
  readonly plugin: Plugin;
  readonly transport: "stdio" | "http";
  readonly protocol: "session" | "sessionless";
  readonly answers: "json" | "stream";
  /** Time that a request takes, in milliseconds */
  readonly latencyMs: () => number;
  readonly obeysCancel: boolean;
  /** Time that bytes take, one way */
  readonly networkMs: number;
  /** Time that a process takes to start, or a connection */
  readonly openMs: number;
  readonly random: () => number;
  readonly maxMessageBytes: number;
  /** Takes the events, which are kept otherwise */
  readonly onEvent?: ((event: WorldEvent) => void) | undefined;
  /** Sees what the client writes */
  readonly onSent?: ((text: string) => void) | undefined;
}

/** What lives outside of the host: the plugin's process or server, the pipes or the network, and time. */
export class PluginWorld {
  readonly port: World;
  readonly #spec: WorldSpec;
  readonly #line: TimeLine;
  readonly #log: WorldLog;
  readonly #script: FaultScript;
  readonly #server: SimulatedServer;
  readonly #sessions: HttpSessions;
  readonly #processes = new Set<SimulatedProcess>();
  readonly #connections = new Set<SimulatedConnection>();
  #timed: unknown[] = [];
  #lastPeer = 0;
  #refusal = { code: "", untilMs: Number.NEGATIVE_INFINITY };
  #frozenUntilMs = Number.NEGATIVE_INFINITY;

  constructor(spec: WorldSpec) {
    this.#spec = spec;
    const { plugin, protocol: era, latencyMs, obeysCancel, random, onEvent } = spec;
    const line = lineOf(spec.clock);
    this.#line = line;
    const log = new WorldLog(() => line.now, onEvent);
    this.#log = log;
    this.#script = new FaultScript(random);
    const script = this.#script;
    this.#server = new SimulatedServer({
      plugin,
      era,
      line,
      log,
      script,
      latencyMs,
      obeysCancel,
    });
    this.#sessions = new HttpSessions(era === "session", log);
    this.port = {
      resolve: async () => theCommand,
      spawn: (_, listener) => this.#spawn(listener),
      dial: () => this.#dial() as SimulatedSocket & ReturnType<World["dial"]>,
      era: era === "session" ? sessionEra : sessionlessEra,
    };
  }

  get events(): readonly WorldEvent[] {
    return this.#log.events;
  }

  get processes(): number {
    return this.#processes.size;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get running(): number {
    return this.#server.running;
  }

  add(cue: Cue): void {
    this.#check(cue.fault);
    if ("on" in cue) {
      this.#script.add(cue);
      return;
    }
    const { atMs, fault, waitsForCall } = cue;
    const act = waitsForCall ? () => this.#script.addNext("call", fault) : () => this.inject(fault);
    this.#timed.push(this.#line.set(act, atMs - this.#line.now));
  }

  /** Strikes now; a fault of a request strikes the next call. */
  inject(fault: Fault): void {
    this.#check(fault);
    if (momentOf(fault) === undefined) {
      this.#script.addNext("call", fault);
      return;
    }
    this.#log.struck([fault]);
    const peers = this.#spec.transport === "stdio" ? this.#processes : this.#connections;
    const isForEach = this.#spec.transport === "stdio" || fault.kind === "cut";
    if (isForEach && fault.kind !== "refuse" && fault.kind !== "change")
      for (const peer of [...peers]) peer.strike(fault);
    else this.#strike(fault);
  }

  /** Nothing goes wrong any more, by itself or because it was to. */
  calm(): void {
    this.#script.clear();
    for (const timer of this.#timed) this.#line.cancel(timer);
    this.#timed = [];
    this.#refusal.untilMs = Number.NEGATIVE_INFINITY;
    this.#thaw();
    for (const process of this.#processes) process.thaw();
  }

  #check({ kind }: Fault): void {
    const { transport } = this.#spec;
    const isWrong =
      transport === "stdio" ? kind === "status" : kind === "print" || kind === "resist";
    if (!isWrong) return;
    throw new PluginError({
      code: "CONFIG_INVALID",
      message: `The fault ${kind} cannot happen over ${transport}`,
      plugin: this.#spec.plugin.name,
      phase: "configuring",
    });
  }

  #spawn(listener: ChildListener): Child {
    const faults = this.#takeOpening();
    const refused = this.#refused(faults, "ENOENT");
    if (refused !== undefined) {
      this.#line.set(() => listener.failed(systemError(refused)), 0);
      return noChild;
    }
    const process = new SimulatedProcess({
      id: ++this.#lastPeer,
      server: this.#server,
      line: this.#line,
      log: this.#log,
      latencyMs: this.#spec.networkMs,
      maxMessageBytes: this.#spec.maxMessageBytes,
      strikeWorld: (fault) => this.#strike(fault),
      sent: this.#spec.onSent,
      listener,
      gone: (gone) => void this.#processes.delete(gone),
    });
    this.#processes.add(process);
    this.#whenOpen(faults, () => {
      if (!process.isOpen) return;
      listener.spawned();
      this.#strikeAll(process, faults);
    });
    return process;
  }

  #dial(): SimulatedSocket {
    const faults = this.#takeOpening();
    const connection = new SimulatedConnection({
      id: ++this.#lastPeer,
      server: this.#server,
      line: this.#line,
      log: this.#log,
      latencyMs: this.#spec.networkMs,
      maxMessageBytes: this.#spec.maxMessageBytes,
      streams: this.#spec.answers === "stream",
      strikeWorld: (fault) => this.#strike(fault),
      sent: this.#spec.onSent,
      sessions: this.#sessions,
      gone: (gone) => void this.#connections.delete(gone),
    });
    this.#connections.add(connection);
    this.#whenOpen(faults, () => {
      // As it is when the request for it arrives
      const refused = this.#refused(faults, "ECONNREFUSED");
      if (refused !== undefined) return connection.socket.fail(refused);
      connection.establish();
      if (this.#frozenUntilMs > this.#line.now) connection.freeze();
      this.#strikeAll(connection, faults);
    });
    return connection.socket;
  }

  #strikeAll(peer: Peer, faults: readonly Fault[]): void {
    for (const fault of this.#script.still(faults)) if (momentOf(fault)) peer.strike(fault);
  }

  #takeOpening(): Fault[] {
    const faults = this.#script.take("open");
    this.#log.struck(faults);
    return faults;
  }

  #whenOpen(faults: readonly Fault[], open: () => void): void {
    let ms = this.#spec.openMs;
    for (const fault of faults) {
      if (fault.kind === "hang") return;
      if (fault.kind === "delay") ms += fault.ms;
    }
    this.#line.set(open, ms);
  }

  /** The error code that an opening fails with. */
  #refused(faults: readonly Fault[], usual: string): string | undefined {
    const fault = faults.find(({ kind }) => kind === "refuse");
    const { code, untilMs } = this.#refusal;
    if (fault?.kind === "refuse") return fault.code || usual;
    return this.#line.now < untilMs ? code || usual : undefined;
  }

  #strike(fault: Fault): void {
    switch (fault.kind) {
      case "die":
        this.#refuseFor(fault.downMs, "");
        this.#sessions.clear();
        for (const connection of [...this.#connections]) connection.hangUp(true);
        break;
      case "loseSession":
        this.#sessions.clear();
        break;
      case "freeze":
        this.#freeze(fault.forMs);
        break;
      case "refuse":
        if (fault.forMs > 0) this.#refuseFor(fault.forMs, fault.code);
        else this.#script.addNext("open", fault);
        break;
      case "change":
        this.#server.serve(fault.plugin);
        break;
    }
  }

  #refuseFor(ms: number, code: string): void {
    if (ms > 0) this.#refusal = { code, untilMs: this.#line.now + ms };
  }

  #freeze(forMs: number): void {
    this.#frozenUntilMs = this.#line.now + forMs;
    for (const connection of this.#connections) connection.freeze();
    if (forMs < Number.POSITIVE_INFINITY) this.#line.set(() => this.#thaw(), forMs);
  }

  #thaw(): void {
    this.#frozenUntilMs = Number.NEGATIVE_INFINITY;
    for (const connection of this.#connections) connection.thaw();
  }
}

const theCommand = {
  command: "simulated",
  args: [],
  cwd: undefined,
  env: {},
  field: "mcp.cmd",
  file: undefined,
} as const;

/** What is there of a process that could not be started. */
const noChild: Child = {
  pid: null,
  write: () => false,
  endStdin: () => false,
  signal: () => {},
  isGroupAlive: () => false,
  closePipes: () => {},
  release: () => {},
};

function systemError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}
