type Write = (text: string, done?: () => void) => boolean;

const batchLimit = 1024 * 1024;

/**
 * Standard output, reserved for the protocol: whatever else is written to `process.stdout` until the release, `console`
 * included, goes to standard error. What goes around it cannot be caught: a child process that inherits the descriptor,
 * and code that writes to descriptor 1 itself.
 */
export class ProtocolOutput {
  /** Called when the client does not read, and again when it does */
  onCongestion: ((congested: boolean) => void) | undefined;
  /** Called when nobody can read any more */
  onBroken: (() => void) | undefined;
  readonly #write: Write;
  readonly #restore: () => void;
  #lines: string[] = [];
  #length = 0;
  #isCongested = false;

  constructor() {
    const { stdout, stderr } = process;
    this.#write = stdout.write.bind(stdout) as Write;
    const writeElsewhere = writeToStderr();
    const endNothing = (last?: unknown): typeof stdout => {
      if (typeof last === "string") writeElsewhere(last);
      return stdout;
    };
    // Its end would be that of the protocol.
    const giveBack = [replace(stdout, "write", writeElsewhere), replace(stdout, "end", endNothing)];
    const onError = (): void => this.onBroken?.();
    const onDrain = (): void => {
      if (!stdout.writableNeedDrain) this.#report(false);
    };
    stdout.on("error", onError);
    stdout.on("drain", onDrain);
    const letGo = [ignoreErrors(stdout), ignoreErrors(stderr)];
    this.#restore = () => {
      stdout.off("error", onError);
      stdout.off("drain", onDrain);
      for (const restore of [...giveBack, ...letGo]) restore();
    };
  }

  /** Writes a line. Those of one turn of the event loop go out in one write. */
  writeLine(line: string): void {
    this.#length += line.length;
    if (this.#lines.push(`${line}\n`) === 1) process.nextTick(() => this.#flush());
    if (this.#length > batchLimit) this.#flush();
  }

  /** Resolves when all that was written is with the operating system, at the latest after `limitMs`. */
  async flushed(limitMs: number): Promise<void> {
    this.#flush();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#write("", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Gives standard output back. */
  release(): void {
    this.#restore();
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join("");
    this.#lines = [];
    this.#length = 0;
    if (!this.#write(text)) this.#report(true);
  }

  #report(congested: boolean): void {
    if (congested === this.#isCongested) return;
    this.#isCongested = congested;
    this.onCongestion?.(congested);
  }
}

/**
 * Keeps a stream that nobody reads from ending the process, whoever writes to it: what plugin code prints is not worth
 * that. One that has broken stays so, and every later write fails too.
 */
function ignoreErrors(stream: NodeJS.WriteStream): () => void {
  let isBroken = false;
  const onError = (): void => {
    isBroken = true;
  };
  stream.on("error", onError);
  return () => {
    if (!isBroken) stream.off("error", onError);
  };
}

/** Puts a function in the place of a method, and returns what undoes it. */
function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, writable: true, value });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}

/** A `write` for standard output that writes to standard error, and says on the former when the latter has drained. */
function writeToStderr(): (...args: Parameters<typeof process.stderr.write>) => boolean {
  const { stdout, stderr } = process;
  let isWaiting = false;
  return (...args) => {
    const hasRoom = stderr.write(...args);
    if (!hasRoom && !isWaiting) {
      isWaiting = true;
      stderr.once("drain", () => {
        isWaiting = false;
        stdout.emit("drain");
      });
    }
    return hasRoom;
  };
}
