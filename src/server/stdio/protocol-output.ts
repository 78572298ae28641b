/**
 * Standard output, reserved for the protocol: whatever else is written to `process.stdout` until the release, `console`
 * included, goes to standard error. What child processes write to an inherited descriptor cannot be caught.
 */
export class ProtocolOutput {
  /** Called when the client does not read, and again when it does */
  onCongestion: ((congested: boolean) => void) | undefined;
  /** Called when nobody can read any more */
  onBroken: (() => void) | undefined;
  readonly #write: (text: string, done?: () => void) => boolean;
  readonly #restore: () => void;
  #lines: string[] = [];
  #congested = false;

  constructor() {
    const { stdout, stderr } = process;
    this.#write = stdout.write.bind(stdout) as (text: string, done?: () => void) => boolean;
    const descriptor = Object.getOwnPropertyDescriptor(stdout, "write");
    Object.defineProperty(stdout, "write", {
      configurable: true,
      writable: true,
      value: stderr.write.bind(stderr),
    });
    const onError = (): void => this.onBroken?.();
    const onDrain = (): void => this.#report(false);
    stdout.on("error", onError);
    stdout.on("drain", onDrain);
    this.#restore = () => {
      stdout.off("error", onError);
      stdout.off("drain", onDrain);
      if (descriptor) Object.defineProperty(stdout, "write", descriptor);
      else Reflect.deleteProperty(stdout, "write");
    };
  }

  /** Writes a line. Those of one turn of the event loop go out in one write. */
  writeLine(line: string): void {
    if (this.#lines.push(`${line}\n`) === 1) process.nextTick(() => this.#flush());
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
    if (!this.#write(text)) this.#report(true);
  }

  #report(congested: boolean): void {
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.onCongestion?.(congested);
  }
}
