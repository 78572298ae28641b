import type { LedgerFile } from "./ledger-file.ts";
import type { ExportJob, Plan } from "./plan.ts";
import type { Reporter } from "./report.ts";

/** Kills the masker in the middle of one call: at the moment when its ledger says that the hook has begun. */
export class KillInCall {
  /** Resolves when it has been done, or when there is no call left to do it in */
  readonly over: Promise<void>;
  readonly #ledger: LedgerFile;
  readonly #reporter: Reporter;
  readonly #waiting: ExportJob[];
  #resolveOver: () => void = () => {};
  #turn: Promise<void> = Promise.resolve();
  #killed: string | undefined;

  constructor(plan: Plan, ledger: LedgerFile, reporter: Reporter) {
    this.#waiting = [...plan.victims];
    this.#ledger = ledger;
    this.#reporter = reporter;
    this.over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
  }

  /** The request that was cut off */
  get killed(): string | undefined {
    return this.#killed;
  }

  /**
   * Makes an export's call, one at a time, and kills the process that runs it if it is the export's turn to be disturbed.
   *
   * @param call resolves with whether the call was cut off. If it was not, the next export is disturbed instead: a fast
   *   machine may be through with a call before the signal arrives
   */
  during(job: ExportJob, request: string, call: () => Promise<boolean>): Promise<void> {
    const turn = this.#turn.then(() => this.#attempt(job, request, call));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #attempt(job: ExportJob, request: string, call: () => Promise<boolean>): Promise<void> {
    if (this.#killed !== undefined || this.#waiting[0] !== job) {
      await call();
      return;
    }
    const unwatch = this.#ledger.onBegun(request, ({ pid }) => this.#kill(pid, request));
    try {
      if (await call()) this.#killed = request;
    } finally {
      unwatch();
    }
    this.giveUp(job);
  }

  /** A call that will not be disturbed, or not be made at all. */
  giveUp(job: ExportJob): void {
    const index = this.#waiting.indexOf(job);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (this.#killed !== undefined || this.#waiting.length === 0) this.#resolveOver();
  }

  #kill(pid: number, during: string): void {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
      return;
    }
    this.#reporter.report({ type: "process", process: "PiiMasker", event: "killed", pid, during });
  }
}
