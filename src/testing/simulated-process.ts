import type { Child, ChildListener } from "../transports/stdio/child.ts";
import { deliveriesOf, durationOf, messageBytes } from "./answer-bytes.ts";
import type { Fault } from "./faults.ts";
import { type Exchange, type Peer, type SimulatedServer, strike } from "./simulated-server.ts";
import type { TimeLine } from "./time-line.ts";
import { Wire } from "./wire.ts";
import type { WorldLog } from "./world-events.ts";

/** What a pipe takes while its reader does not read */
const pipeBytes = 65_536;
/** A process takes a moment to end */
const endMs = 1;

export interface ProcessSpec {
  readonly id: number;
  readonly server: SimulatedServer;
  readonly line: TimeLine;
  readonly log: WorldLog;
  /** Of each pipe */
  readonly latencyMs: number;
  readonly maxMessageBytes: number;
  /** Faults that are not of one process: what is refused, what is changed */
  readonly strikeWorld: (fault: Fault) => void;
  /** Sees what the client writes */
  readonly sent?: ((text: string) => void) | undefined;
  readonly listener: ChildListener;
  /** Nothing of it is left */
  readonly gone: (process: SimulatedProcess) => void;
}

/** A plugin server that runs as a child process, and the pipes to it. */
export class SimulatedProcess implements Child, Peer {
  readonly id: number;
  readonly pid: number;
  readonly #spec: ProcessSpec;
  readonly #stdin: Wire;
  readonly #stdout: Wire;
  #unread = "";
  #isAlive = true;
  #isStubborn = false;
  #hasOrphan = false;
  #isInputOpen = true;
  #isFull = false;
  /** Set while the process stands still: what it does as soon as it goes on */
  #postponed: (() => void)[] | undefined;

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
    this.id = spec.id;
    this.pid = 10_000 + spec.id;
    const { line, latencyMs, listener } = spec;
    this.#stdin = new Wire(line, latencyMs, {
      bytes: (chunk) => this.#read(chunk),
      ended: () => this.#endOfInput(),
    });
    this.#stdout = new Wire(line, latencyMs, {
      bytes: (chunk) => listener.stdout(chunk),
      ended: () => listener.stdoutEnded(),
    });
    spec.log.tell({ type: "opened", what: "process", id: spec.id });
  }

  get isOpen(): boolean {
    return this.#isAlive;
  }

  write(text: string): boolean {
    if (!this.#isInputOpen || !this.#isAlive) return false;
    this.#spec.sent?.(text);
    this.#stdin.send(Buffer.from(text));
    this.#isFull = this.#stdin.bytesUnderWay > pipeBytes;
    return !this.#isFull;
  }

  endStdin(): boolean {
    if (!this.#isInputOpen || !this.#isAlive) return false;
    this.#isInputOpen = false;
    this.#stdin.finish();
    return true;
  }

  signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (!this.#isAlive) this.#endOrphan();
    else if (signal === "SIGKILL") this.#exit({ code: null, signal });
    else this.whenAwake(() => this.#isStubborn || this.#exit({ code: null, signal }));
  }

  isGroupAlive(): boolean {
    return this.#isAlive || this.#hasOrphan;
  }

  closePipes(): void {
    this.#isInputOpen = false;
    this.#stdin.cut();
    this.#stdout.cut();
  }

  release(): void {
    this.closePipes();
  }

  whenAwake(work: () => void): void {
    if (this.#postponed) this.#postponed.push(work);
    else work();
  }

  thaw(): void {
    const postponed = this.#postponed ?? [];
    this.#postponed = undefined;
    for (const work of postponed) work();
    this.#stdin.release();
  }

  strike(fault: Fault): void {
    if (!this.#isAlive) return;
    switch (fault.kind) {
      case "die":
        if (fault.stderr !== "") this.#spec.listener.stderr(Buffer.from(fault.stderr));
        this.#hasOrphan = fault.leavesOrphan;
        if (fault.downMs > 0) this.#spec.strikeWorld(fault);
        this.#exit({ code: fault.code, signal: fault.signal });
        break;
      case "loseSession":
        this.#exit({ code: 0, signal: null });
        break;
      case "cut":
        this.#stdout.finish();
        break;
      case "freeze":
        this.#freeze(fault.forMs);
        break;
      case "print":
        this.#print(fault.lines);
        break;
      case "resist":
        this.#isStubborn = true;
        break;
      default:
        this.#spec.strikeWorld(fault);
    }
  }

  #read(chunk: Buffer): void {
    if (this.#isFull && this.#stdin.bytesUnderWay === 0) {
      this.#isFull = false;
      this.#spec.line.set(() => this.#spec.listener.stdinDrained(), 0);
    }
    const lines = (this.#unread + chunk.toString()).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const text of lines) if (this.#isAlive) this.#receive(text);
  }

  #receive(text: string): void {
    const exchange: Exchange = {
      peer: this,
      answer: (message, faults) => this.#answer(message, faults),
      refuse: ({ kind }) => {
        throw new Error(`a process has no ${kind} to answer with`);
      },
    };
    this.whenAwake(() => {
      if (this.#isAlive) this.#spec.server.receive(JSON.parse(text), exchange);
    });
  }

  #answer(message: object, faults: readonly Fault[]): void {
    const bytes = messageBytes(message, faults, this.#spec.maxMessageBytes);
    const line = Buffer.concat([bytes, newline]);
    const copies = faults.some(({ kind }) => kind === "duplicate") ? [line, line] : [line];
    const deliveries = deliveriesOf(Buffer.concat(copies), faults);
    for (const { chunk, afterMs } of deliveries) this.#stdout.send(chunk, afterMs);
    if (faults.length === 0) return;
    this.#spec.line.set(() => {
      strike(this, faults, "answering");
      strike(this, faults, "answered");
    }, durationOf(deliveries));
  }

  #print(lines: readonly string[]): void {
    this.#stdout.send(Buffer.from(lines.map((text) => `${text}\n`).join("")));
  }

  #freeze(forMs: number): void {
    if (this.#postponed) return;
    this.#postponed = [];
    this.#stdin.hold();
    if (forMs === Number.POSITIVE_INFINITY) return;
    this.#spec.line.set(() => this.thaw(), forMs);
  }

  #endOfInput(): void {
    if (this.#isStubborn) return;
    this.#spec.line.set(() => this.#exit({ code: 0, signal: null }), endMs);
  }

  #exit(exit: { readonly code: number | null; readonly signal: string | null }): void {
    if (!this.#isAlive) return;
    const { line, log, server, listener } = this.#spec;
    this.#isAlive = false;
    this.#postponed = undefined;
    this.#stdin.cut();
    log.tell({ type: "closed", what: "process", id: this.id });
    server.leave(this, "died");
    line.set(() => listener.exited(exit), 0);
    if (!this.#hasOrphan) this.#leaveNothing();
  }

  #endOrphan(): void {
    if (!this.#hasOrphan) return;
    this.#hasOrphan = false;
    this.#leaveNothing();
  }

  #leaveNothing(): void {
    this.#stdout.finish();
    this.#spec.gone(this);
  }
}

const newline = Buffer.from("\n");
