import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { ProcessExit } from "../../errors.ts";
import { childRegistry } from "./child-registry.ts";
import { isGroupAlive, signalGroup } from "./process-group.ts";

/** What is run, exactly: no shell stands in between. */
export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Absolute; undefined for that of this process */
  readonly cwd: string | undefined;
  /** The whole environment of the process */
  readonly env: Readonly<Record<string, string>>;
}

/** Receives what happens to a child process. Either `failed` comes, alone, or `spawned` and later `exited`. */
export interface ChildListener {
  spawned(): void;
  /** It could not be started */
  failed(error: Error): void;
  stdout(chunk: Buffer): void;
  stdoutEnded(): void;
  stderr(chunk: Buffer): void;
  /** The pipe takes writes again */
  stdinDrained(): void;
  stdinFailed(): void;
  /** The process has ended. Output that it left in the pipes may still follow */
  exited(exit: ProcessExit): void;
}

/** A child process and the group that it leads. No method throws, and each may be called in any state. */
export interface Child {
  readonly pid: number | null;
  /** Hands text to the pipe. False: no more until `stdinDrained` */
  write(text: string): boolean;
  /**
   * Lets the child read the end of its input. What the pipe had not taken yet is dropped, so that the end does come. False
   * when nobody reads there any more.
   */
  endStdin(): boolean;
  /** Signals the whole group; nothing once the group is known to be empty */
  signal(signal: "SIGTERM" | "SIGKILL"): void;
  /** Whether any process of the group still runs */
  isGroupAlive(): boolean;
  /** Closes our ends of the pipes, whoever holds the others */
  closePipes(): void;
  /** Closes the pipes, and nothing of the child keeps this process alive any more. To be called at the end */
  release(): void;
}

/** Starts a process. Throws if that fails at once. A simulation of processes takes its place in tests. */
export type SpawnPort = (command: ChildCommand, listener: ChildListener) => Child;

// Elsewhere a process of its own group would get a window of its own.
const hasGroups = process.platform !== "win32";

export const spawnProcess: SpawnPort = ({ command, args, cwd, env }, listener) => {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: "pipe",
    shell: false,
    windowsHide: true,
    detached: hasGroups,
  });
  return new ChildOfNode(child, listener);
};

class ChildOfNode implements Child {
  readonly pid: number | null;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #kill = (): void => this.signal("SIGKILL");
  #hasExited = false;
  // The number of an empty group may be given to another one.
  #isGroupEmpty: boolean;

  constructor(child: ChildProcessWithoutNullStreams, listener: ChildListener) {
    this.#child = child;
    this.pid = child.pid ?? null;
    this.#isGroupEmpty = this.pid === null;
    if (this.pid !== null) childRegistry().add(this.#kill);
    let hasSpawned = false;
    child.on("spawn", () => {
      hasSpawned = true;
      this.#listenToPipes(listener);
      listener.spawned();
    });
    child.on("error", (error) => {
      if (!hasSpawned) listener.failed(error);
    });
    child.on("exit", (code, signal) => {
      this.#hasExited = true;
      this.isGroupAlive();
      listener.exited({ code, signal });
    });
  }

  // Only after a successful spawn: without descriptors left, the child has no pipes at all.
  #listenToPipes(listener: ChildListener): void {
    const { stdin, stdout, stderr } = this.#child;
    stdin.on("drain", () => listener.stdinDrained());
    stdin.on("error", () => listener.stdinFailed());
    stdout.on("data", (chunk: Buffer) => listener.stdout(chunk));
    stdout.on("end", () => listener.stdoutEnded());
    stdout.on("error", () => listener.stdoutEnded());
    stderr.on("data", (chunk: Buffer) => listener.stderr(chunk));
    stderr.on("error", () => {});
  }

  write(text: string): boolean {
    const { stdin } = this.#child;
    return stdin.writable && stdin.write(text);
  }

  endStdin(): boolean {
    const { stdin } = this.#child;
    if (!stdin?.writable) return false;
    if (stdin.writableLength > 0) stdin.destroy();
    else stdin.end();
    return true;
  }

  signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.pid === null || this.#isGroupEmpty) return;
    if (!hasGroups) this.#child.kill(signal);
    else if (!signalGroup(this.pid, signal)) this.#noteEmpty();
  }

  isGroupAlive(): boolean {
    if (this.pid === null || this.#isGroupEmpty) return false;
    if (!this.#hasExited) return true;
    if (hasGroups && isGroupAlive(this.pid)) return true;
    this.#noteEmpty();
    return false;
  }

  closePipes(): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
  }

  release(): void {
    this.closePipes();
    this.#child.unref();
    childRegistry().delete(this.#kill);
  }

  #noteEmpty(): void {
    this.#isGroupEmpty = true;
    childRegistry().delete(this.#kill);
  }
}
