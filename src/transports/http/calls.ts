import { type CallOutcome, PluginError, type PluginErrorCode } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { ChannelListener, WireCall, WireFailure } from "../channel.ts";
import { isExhausted } from "./connect-error.ts";
import type { Cut, Ending, Refused } from "./ending.ts";
import {
  cutError,
  type EndingFacts,
  refusedError,
  sessionGoneError,
  unusableError,
} from "./ending-error.ts";
import type { Errand } from "./errand.ts";
import type { HttpSession } from "./http-session.ts";
import { type LostCall, Reporter } from "./reporter.ts";

const mostNotices = 16;

export interface CallsSpec {
  readonly session: HttpSession;
  readonly listener: ChannelListener;
  readonly facts: () => EndingFacts;
  readonly logger: Logger;
}

/** A call that is out. */
interface OpenCall {
  readonly id: number;
  readonly wireId: string;
  errand: Errand | undefined;
}

/** The calls on the direct path: each is one POST, and its answer is the answer of that POST. */
export class Calls {
  readonly #spec: CallsSpec;
  readonly #reporter: Reporter;
  readonly #out = new Map<number, OpenCall>();
  readonly #notices = new Set<Errand>();
  #lastNumber = 0;
  #hasLost = false;

  constructor(spec: CallsSpec) {
    this.#spec = spec;
    this.#reporter = new Reporter(spec.listener, () => this.#out.size);
  }

  call(calls: readonly WireCall[]): void {
    if (this.#reporter.isMuted) return;
    // All are out before the first of them can fail.
    const sends = calls.map(({ id, params }) => {
      const wireId = `h${++this.#lastNumber}`;
      const call: OpenCall = { id, wireId, errand: undefined };
      this.#out.set(id, call);
      return { call, params };
    });
    for (const { call, params } of sends) this.#send(call, params);
  }

  /** Closes the connections of these calls, so that the server sees it, and tells it so in words as well. */
  cancel(ids: readonly number[]): void {
    const failures: WireFailure[] = [];
    for (const id of ids) {
      const call = this.#out.get(id);
      if (call === undefined) continue;
      this.#out.delete(id);
      const isSent = call.errand?.isSent ?? false;
      call.errand?.cancel();
      if (isSent) this.#sendNotice(call.wireId);
      failures.push(this.#failure(id, "ABORTED", isSent ? "unknown" : "not_processed", withdrawn));
    }
    if (failures.length > 0) this.#reporter.failed(...failures);
  }

  /** Aborts all. Nothing is reported any more. */
  end(): void {
    this.#reporter.mute();
    for (const { errand } of this.#out.values()) errand?.cancel();
    for (const notice of this.#notices) notice.cancel();
    this.#out.clear();
    this.#notices.clear();
  }

  #send(call: OpenCall, params: string): void {
    call.errand = this.#spec.session.run({
      method: "POST",
      text: `{"jsonrpc":"2.0","id":"${call.wireId}","method":"tools/call","params":${params}}`,
      wireId: call.wireId,
      ended: (ending) => this.#settle(call.id, ending),
    });
  }

  // What is `accepted` asks for no answer, as a call does.
  #settle(id: number, ending: Ending): void {
    if (!this.#out.delete(id)) return;
    if (ending.kind === "answered") this.#reporter.answered({ id, body: ending.body });
    else if (ending.kind === "refused") this.#refuse(id, ending);
    else if (ending.kind === "cut") this.#cut(id, ending);
    else if (ending.kind === "unusable") this.#fail(id, unusableError(ending, this.#spec.facts()));
  }

  #refuse(id: number, refused: Refused): void {
    const { session, facts } = this.#spec;
    if (!session.isGone(refused.status, refused.blamesSession)) {
      this.#fail(id, refusedError(refused, facts()));
      return;
    }
    session.disown();
    const error = sessionGoneError(refused.status, facts());
    this.#lose({ id, error, isUnsent: true, isServing: true });
  }

  #cut(id: number, cut: Cut): void {
    const { systemCode, isSent } = cut;
    if (!isSent && isExhausted(systemCode)) {
      const message = `The system has no resources left to connect to the server (${systemCode})`;
      this.#reporter.failed(this.#failure(id, "RESOURCE_EXHAUSTED", "not_processed", message));
      return;
    }
    const error = cutError(cut, this.#spec.facts());
    this.#lose({ id, error, isUnsent: !isSent, isServing: false });
  }

  #fail(id: number, error: PluginError): void {
    this.#reporter.failed({ id, error });
  }

  #lose(call: LostCall): void {
    const { plugin, code, phase, status } = call.error;
    const level = this.#hasLost ? "debug" : "warn";
    this.#hasLost = true;
    this.#spec.logger[level]("lost the session with the plugin server", {
      plugin,
      code,
      phase,
      status,
      isUnsent: call.isUnsent,
    });
    this.#reporter.lost(call);
  }

  // Nobody waits for it: what the closed connection does not tell, this may.
  #sendNotice(wireId: string): void {
    if (this.#notices.size >= mostNotices || this.#spec.session.isDisowned) return;
    const params = `{"requestId":"${wireId}","reason":"cancelled by the host"}`;
    const notice = this.#spec.session.run({
      method: "POST",
      text: `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`,
      wireId: undefined,
      ended: () => this.#notices.delete(notice),
    });
    this.#notices.add(notice);
  }

  #failure(id: number, code: PluginErrorCode, outcome: CallOutcome, message: string): WireFailure {
    const { plugin, phase } = this.#spec.facts();
    return { id, error: new PluginError({ code, message, plugin, phase, outcome }) };
  }
}

const withdrawn = "The call was cancelled, and its request was aborted";
