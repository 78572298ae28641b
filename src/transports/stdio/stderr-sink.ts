import { tellHost } from "../../tell-host.ts";
import { StderrTail } from "./stderr-tail.ts";

const keptBytes = 65_536;
const tailBytes = 4_096;

/** Takes what a child writes to stderr, as fast as it comes, and hands it to whoever wants it. */
export class StderrSink {
  readonly #tail = new StderrTail(keptBytes);
  readonly #decoder = new TextDecoder();
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText: ((text: string) => void) | undefined) {
    this.#onText = onText;
  }

  /** Bytes that have come in all */
  get totalBytes(): number {
    return this.#tail.totalBytes;
  }

  /** Untrusted: the last 4 KiB */
  get tail(): string {
    return this.#tail.text(tailBytes);
  }

  /** Untrusted: the last 64 KiB */
  get kept(): string {
    return this.#tail.text(keptBytes);
  }

  push(chunk: Buffer): void {
    this.#tail.push(chunk);
    const onText = this.#onText;
    if (!onText) return;
    const text = this.#decoder.decode(chunk, { stream: true });
    if (text !== "") tellHost(() => onText(text));
  }
}
