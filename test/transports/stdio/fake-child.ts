import type { Clock } from "../../../src/clock.ts";
import type {
  Child,
  ChildCommand,
  ChildListener,
  SpawnPort,
} from "../../../src/transports/stdio/child.ts";

/** A child process that does what a test says. Starts by itself, unless `fails` says otherwise. */
export class FakeChild implements Child {
  readonly pid = 4_242;
  readonly written: string[] = [];
  /** Signals, `end` of stdin, `closePipes` and `release`, in order */
  readonly done: string[] = [];
  /** What `write` answers */
  hasRoom = true;
  readsStdin = true;
  isGroupAlive_ = true;
  command: ChildCommand | undefined;
  #listener: ChildListener | undefined;

  readonly spawn: SpawnPort = (command, listener) => {
    this.command = command;
    this.#listener = listener;
    queueMicrotask(() => listener.spawned());
    return this;
  };

  /** To speak for the process */
  get says(): ChildListener {
    if (!this.#listener) throw new Error("not spawned");
    return this.#listener;
  }

  print(text: string): void {
    this.says.stdout(Buffer.from(text));
  }

  write(text: string): boolean {
    this.written.push(text);
    return this.hasRoom;
  }

  endStdin(): boolean {
    this.done.push("end");
    return this.readsStdin;
  }

  signal(signal: "SIGTERM" | "SIGKILL"): void {
    this.done.push(signal);
  }

  isGroupAlive(): boolean {
    return this.isGroupAlive_;
  }

  closePipes(): void {
    this.done.push("closePipes");
  }

  release(): void {
    this.done.push("release");
  }
}

/** A spawn that fails as the system would: at once, or by an event. */
export function failingSpawn(code: string, how: "throws" | "reports"): SpawnPort {
  const error = Object.assign(new Error(`spawn ${code}`), { code, spawnargs: ["secret"] });
  return (_, listener) => {
    if (how === "throws") throw error;
    queueMicrotask(() => listener.failed(error));
    const child = new FakeChild();
    child.isGroupAlive_ = false;
    return child;
  };
}

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #now = 1_000;
  #timers = new Set<{ at: number; listener: () => void }>();

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(listener: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, listener };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    for (const timer of this.#timers) if (timer === handle) this.#timers.delete(timer);
  }

  /** Lets time pass, with everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at;
      this.#timers.delete(next);
      next.listener();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): { at: number; listener: () => void } | undefined {
    const due = [...this.#timers].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
