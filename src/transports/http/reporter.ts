import type { PluginError } from "../../errors.ts";
import type { ChannelListener, WireAnswer, WireFailure } from "../channel.ts";

export interface LostCall {
  readonly id: number;
  readonly error: PluginError;
  readonly isUnsent: boolean;
  /** The server goes on answering */
  readonly isServing: boolean;
}

/**
 * Reports what comes of calls: at once while nothing else is out, and otherwise all that comes in one turn of the event
 * loop together.
 */
export class Reporter {
  readonly #listener: ChannelListener;
  readonly #callsOut: () => number;
  #answered: WireAnswer[] = [];
  #failed: WireFailure[] = [];
  #lost: LostCall[] = [];
  #pending: NodeJS.Immediate | undefined;
  #isMuted = false;

  constructor(listener: ChannelListener, callsOut: () => number) {
    this.#listener = listener;
    this.#callsOut = callsOut;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  answered(answer: WireAnswer): void {
    this.#answered.push(answer);
    this.#schedule();
  }

  failed(...failures: readonly WireFailure[]): void {
    this.#failed.push(...failures);
    this.#schedule();
  }

  lost(call: LostCall): void {
    this.#lost.push(call);
    this.#schedule();
  }

  /** Nothing is reported any more. */
  mute(): void {
    this.#isMuted = true;
    clearImmediate(this.#pending);
  }

  #schedule(): void {
    if (this.#isMuted || this.#pending !== undefined) return;
    if (this.#callsOut() === 0) this.#flush();
    else this.#pending = setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#pending = undefined;
    const answered = this.#answered;
    const failed = this.#failed;
    const lost = this.#lost;
    this.#answered = [];
    this.#failed = [];
    this.#lost = [];
    if (answered.length > 0) this.#listener.answered(answered);
    if (failed.length > 0 && !this.#isMuted) this.#listener.failed(failed);
    const groups = byError(lost);
    groups.forEach((calls, at) => {
      this.#reportLoss(calls, at < groups.length - 1);
    });
  }

  #reportLoss(calls: readonly LostCall[], isMoreToCome: boolean): void {
    const [first] = calls;
    if (first === undefined || this.#isMuted) return;
    const alive = first.isServing || isMoreToCome || this.#callsOut() > 0;
    // Nothing is out, and nothing will come.
    if (!alive) this.mute();
    this.#listener.lost({
      error: first.error,
      ended: calls.map(({ id }) => id),
      unsent: calls.filter(({ isUnsent }) => isUnsent).map(({ id }) => id),
      alive,
    });
  }
}

function byError(calls: readonly LostCall[]): LostCall[][] {
  const groups = new Map<string, LostCall[]>();
  for (const call of calls) {
    const group = groups.get(call.error.message);
    if (group) group.push(call);
    else groups.set(call.error.message, [call]);
  }
  return [...groups.values()];
}
