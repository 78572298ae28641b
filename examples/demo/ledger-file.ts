import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { LedgerEntry } from "../plugins/ledger.ts";
import { UsageError } from "./usage-error.ts";
import { onChange } from "./watch-file.ts";

const chunkBytes = 65_536;

/** The ledger that the plugin processes write, as this process reads it. */
export class LedgerFile {
  readonly path: string;
  readonly #entries: LedgerEntry[] = [];
  readonly #descriptor: number;
  readonly #temporary: string | undefined;
  #position = 0;
  /** The beginning of a line whose end is not there yet */
  #rest = "";

  /** Creates the file, by default a temporary one. @throws UsageError if it exists, or cannot be created */
  static async create(file: string | undefined): Promise<LedgerFile> {
    if (file !== undefined) return new LedgerFile(path.resolve(file), undefined);
    const folder = await mkdtemp(path.join(tmpdir(), "mcp-tether-"));
    return new LedgerFile(path.join(folder, "ledger.jsonl"), folder);
  }

  private constructor(file: string, temporary: string | undefined) {
    this.path = file;
    this.#temporary = temporary;
    try {
      this.#descriptor = openSync(file, "ax+", 0o600);
    } catch (cause) {
      const { code = "" } = cause as NodeJS.ErrnoException;
      const why = code === "EEXIST" ? "it exists already" : code;
      throw new UsageError(`${file} cannot be created: ${why}`, { cause });
    }
  }

  /** Everything that has been written so far. */
  read(): readonly LedgerEntry[] {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const count = readSync(this.#descriptor, buffer, 0, chunkBytes, this.#position);
      if (count === 0) return this.#entries;
      this.#position += count;
      // Plugins and hooks have plain names, so no character is cut in two.
      const lines = (this.#rest + buffer.toString("latin1", 0, count)).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#entries.push(JSON.parse(line));
    }
  }

  /** Calls back once, at the moment when a line says that the hook of a request has begun. Returns what ends the watch. */
  onBegun(request: string, listener: (entry: LedgerEntry) => void): () => void {
    const unwatch = onChange(this.path, () => {
      const begun = this.read().find(
        (entry) => entry.request === request && entry.event === "begun",
      );
      if (begun === undefined) return;
      unwatch();
      listener(begun);
    });
    return unwatch;
  }

  /** Closes the file, and removes it if it is a temporary one. */
  close(): void {
    closeSync(this.#descriptor);
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }
}
