import { setImmediate as nextTurn } from "node:timers/promises";
import { ExternalPlugin } from "../../../src/external-plugin.ts";
import { StepClock } from "../../machines/support/step-clock.ts";
import type { ModelState } from "../model.ts";
import { Callers } from "./callers.ts";
import { isClosing, isNew } from "./causes.ts";
import { expectStep, expectTimers, FaultCode } from "./compare.ts";
import { Difference, expectEqual } from "./difference.ts";
import type { FarEnd } from "./far-end.ts";
import type { RealPath, RealStep } from "./paths.ts";
import { countTogether, isHeld, outlookFrom } from "./plan.ts";
import { StepLog } from "./step-log.ts";
import { isPassing, Timing } from "./timing.ts";

/** A plugin that is led along a path, as its host, its callers, time and the far end lead it. */
export class Follower {
  readonly log = new StepLog();
  readonly #path: RealPath;
  readonly #farEnd: FarEnd;
  readonly #clock = new StepClock();
  readonly #timing: Timing;
  readonly #plugin: ExternalPlugin;
  readonly #callers: Callers;
  readonly #fault = new FaultCode();
  /** Sends that did not get there */
  readonly #refused: { id: number; generation: number }[] = [];
  readonly #answeredBadly = new Set<number>();
  /** The step that is being taken, from 0 */
  at = 0;

  constructor(path: RealPath, farEnd: FarEnd) {
    this.#path = path;
    this.#farEnd = farEnd;
    this.#timing = new Timing(path);
    this.#plugin = new ExternalPlugin(farEnd.config, {
      ...path.bounds.options,
      ...this.#timing.options,
      ...farEnd.options,
      clock: this.#clock,
      // The middle: the model knows no other chance.
      random: () => 0.5,
      inspect: this.log.inspect,
    });
    this.#callers = new Callers(this.#plugin);
  }

  /** @throws Difference */
  async follow(): Promise<void> {
    const { steps } = this.#path;
    while (this.at < steps.length) {
      const count = countTogether(this.#path, this.at);
      await this.#take(count);
      this.at += count;
    }
    await this.#end();
  }

  async #take(count: number): Promise<void> {
    const { steps } = this.#path;
    const first = steps[this.at];
    if (!first) return;
    const before = this.log.length;
    await this.#cause(first);
    await this.log.reach(before + count);
    for (let n = this.at; n < this.at + count; n += 1) {
      const step = steps[n];
      if (step) await this.#expect(step, n, before + n - this.at);
    }
    await nextTurn();
    expectEqual(this.log.length, before + count, "steps of the actor");
    this.#expectStatus(this.at + count - 1);
  }

  async #cause(step: RealStep): Promise<void> {
    const { move, from } = step;
    const { event } = move;
    if (isPassing(move)) return this.#letTimePass();
    switch (event.type) {
      case "plugin.start":
        return this.#callers.start();
      case "plugin.reconnect":
        return this.#callers.reconnect();
      case "plugin.stop":
        return this.#callers.stop(event.drainMs && this.#timing.drainMs);
      case "hook.invoke": {
        const requests = event.requests.filter((request) => isNew(from, request));
        const ids = requests.map(({ id }) => id);
        this.log.expect(ids);
        if (outlookFrom(this.#path, this.at).isRefused) await this.#vanish(ids, from);
        return this.#callers.invoke(requests, this.#timing, this.at);
      }
      case "hook.cancel":
        for (const id of event.ids) this.#callers.cancel(id);
        return;
    }
    if (event.type === "hooks.answered") this.#noteAnswer(event.ids, event.successful, from);
    // So that it can be seen later that there was a call in between.
    if (event.type === "hooks.answered") this.#clock.advance(1);
    const code = await this.#farEnd.bringAbout(step, outlookFrom(this.#path, this.at));
    this.#fault.tell(code);
  }

  /** The call that comes now reaches nobody, in the session that there is. */
  async #vanish(ids: readonly number[], { history }: ModelState): Promise<void> {
    await this.#farEnd.vanish();
    for (const id of ids) this.#refused.push({ id, generation: history.generation });
    this.#fault.tell("SESSION_LOST");
  }

  #noteAnswer(ids: readonly number[], isSuccess: boolean, { snapshot }: ModelState): void {
    const abandoned = snapshot.context.traffic.out.filter((call) => call.abandoned);
    const isHeard = (id: number): boolean => !abandoned.some(({ request }) => request.id === id);
    if (!isSuccess) for (const id of ids.filter(isHeard)) this.#answeredBadly.add(id);
  }

  /**
   * Timer by timer, until one of them makes the actor take a step. Nothing of the real world comes between: as in a host that
   * was asleep, or had too much to do.
   */
  #letTimePass(): void {
    const before = this.log.length;
    while (this.log.length === before) {
      if (!this.#clock.fireNext()) throw new Difference("no timer is left");
    }
  }

  async #expect(step: RealStep, n: number, place: number): Promise<void> {
    const taken = this.log.steps[place];
    if (!taken) throw new Difference("a step is missing");
    expectStep(taken, step, this.#fault, (id) => this.log.numberOf(id));
    await this.#farEnd.receive(step, outlookFrom(this.#path, n));
  }

  #expectStatus(n: number): void {
    const step = this.#path.steps[n];
    const taken = this.log.steps.at(-1);
    if (!step || !taken) return;
    const { to } = step;
    const { calls } = to.history;
    const status = this.#plugin.status();
    const { link, traffic } = to.snapshot.context;
    const sends = calls.flatMap((call) => call.sends);
    expectEqual(
      {
        state: status.state,
        generation: status.generation,
        attempt: status.attempt,
        waits: status.nextRetryAt !== null,
        fault: status.lastError?.code ?? null,
        queued: status.queued,
        inFlight: status.inFlight,
        sent: status.stats.sent,
        replayed: status.stats.replayed,
      },
      {
        state: to.leaf,
        generation: link.generation,
        attempt: link.attempt,
        waits: link.retryAt !== null,
        fault: this.#fault.code,
        queued: traffic.queue.size,
        inFlight: traffic.out.length,
        sent: sends.length,
        replayed: calls.reduce((sum, call) => sum + Math.max(0, call.sends.length - 1), 0),
      },
      "status()",
    );
    expectEqual(this.#callers.ends, this.#expectedEnds(to), "what the callers were told");
    this.#expectSends(to);
    const alive = this.#farEnd.alive.filter(
      (generation) => !step.facts.orphans.includes(generation),
    );
    expectEqual(alive, this.#expectedAlive(step, n), "generations alive");
    expectTimers(this.#clock.waits, to, taken.context);
  }

  /** What the far end has got, by its own account. */
  #expectSends({ history }: ModelState): void {
    for (const { request, sends } of history.calls) {
      const { id } = request;
      const isRefused = (generation: number): boolean =>
        this.#refused.some((send) => send.id === id && send.generation === generation);
      const expected = sends.filter((generation) => !isRefused(generation));
      expectEqual(this.#farEnd.sends(id), expected, `sessions that got call ${id}`);
    }
  }

  #expectedEnds({ history }: ModelState): Record<number, string> {
    const ended = history.calls.filter(({ ends }) => ends.length > 0);
    return Object.fromEntries(
      ended.map(({ request, ends: [end] }) => {
        if (end?.code !== "-") return [request.id, `${end?.code} ${end?.outcome}`];
        return [
          request.id,
          this.#answeredBadly.has(request.id) ? "RPC_ERROR answered" : "answered",
        ];
      }),
    );
  }

  #expectedAlive({ to, facts }: RealStep, n: number): number[] {
    const isAlive = this.#isAlive(to, n) && !facts.isGone;
    return isAlive ? [to.snapshot.context.link.generation] : [];
  }

  #isAlive(to: ModelState, n: number): boolean {
    if (isClosing(to)) return isHeld(this.#path, n);
    if (to.leaf !== "initializing")
      return to.leaf === "fetchingConfig" || to.leaf.startsWith("ready.");
    return this.#path.bounds.transport === "stdio" || outlookFrom(this.#path, n).isHeld;
  }

  /** Wherever the path has led to, a stop ends it, and leaves nothing. */
  async #end(): Promise<void> {
    const last = this.#path.steps.at(-1);
    if (!last) return;
    this.#callers.stop();
    // Sessions whose end was given up cannot be told apart any more from the one that is waited for.
    const isAlone = last.facts.orphans.length === 0;
    const passGrace = (): void => void this.#clock.fire(this.#timing.graceMs);
    await this.#farEnd.letGo(isAlone ? passGrace : undefined);
    await this.#callers.told();
    await nextTurn();
    expectEqual(this.#plugin.status().state, "terminated", "status().state after the stop");
    this.#expectSettled(last.to);
    expectEqual(await this.#farEnd.leftovers(), [], "what is left");
    const { length } = this.log;
    while (this.#clock.fireNext()) await nextTurn();
    expectEqual(this.log.length, length, "steps of the actor, when time has passed after the end");
    expectEqual(this.#clock.pending, 0, "timers that are left");
    this.#expectSends(last.to);
  }

  /** Everybody who came has one end, and knows it. */
  #expectSettled({ history }: ModelState): void {
    const came = history.calls.filter(({ entry, ends }) => entry + ends.length > 0);
    const ids = came.map(({ request }) => request.id);
    const settled = this.log.steps.flatMap(({ effects }) =>
      effects.settlements.map(({ request }) => this.log.numberOf(request.id)),
    );
    expectEqual(settled.sort(), ids, "calls that were settled");
    expectEqual(Object.keys(this.#callers.ends).map(Number), ids, "calls that have their ends");
  }
}
