import { setImmediate as nextTurn } from "node:timers/promises";
import { ExternalPlugin } from "../../../src/external-plugin.ts";
import { StepClock } from "../../machines/support/step-clock.ts";
import type { ModelState } from "../model.ts";
import { Callers } from "./callers.ts";
import { isClosing, isNew, mustAnswer } from "./causes.ts";
import { expectStep, expectTimers, FaultCode } from "./compare.ts";
import { Difference, expectEqual } from "./difference.ts";
import type { FarEnd, Outlook } from "./far-end.ts";
import type { RealPath, RealStep } from "./paths.ts";
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
      const count = this.#countTogether();
      await this.#take(count);
      this.at += count;
    }
    await this.#end();
  }

  /** How many steps follow from one cause. */
  #countTogether(): number {
    const { steps } = this.#path;
    let end = this.at + 1;
    while (end < steps.length && this.#comesByItself(end)) end += 1;
    return end - this.at;
  }

  #comesByItself(n: number): boolean {
    const { steps, bounds } = this.#path;
    const [before, step] = [steps[n - 1], steps[n]];
    if (!before || !step) return false;
    if (isClosing(step.from)) return step.move.type === "session.closed" && !this.#isHeld(n - 1);
    return bounds.transport === "http" && mustAnswer(step.from);
  }

  /** Whether the closing to which a step leads lasts until the far end is let go. */
  #isHeld(n: number): boolean {
    const { steps } = this.#path;
    const closing = steps[n]?.facts.closing;
    return (
      closing === "long" || (closing === "free" && steps[n + 1]?.move.type !== "session.closed")
    );
  }

  /** What is to be known of the closing that follows, or is under way. */
  #outlook(n: number): Outlook {
    const { steps } = this.#path;
    for (let next = n; next < steps.length; next += 1) {
      const to = steps[next]?.to;
      if (to && isClosing(to)) return { isHeld: this.#isHeld(next) };
      if (next > n && to?.leaf !== "initializing") break;
    }
    return { isHeld: false };
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
    const { move, from, to } = step;
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
        this.log.expect(requests.map(({ id }) => id));
        return this.#callers.invoke(requests, this.#timing, this.at);
      }
      case "hook.cancel":
        for (const id of event.ids) this.#callers.cancel(id);
        return;
    }
    if (event.type === "hooks.answered") this.#noteAnswer(event.ids, event.successful, from);
    // So that it can be seen later that there was a call in between.
    if (event.type === "hooks.answered") this.#clock.advance(1);
    const code = await this.#farEnd.bringAbout(step, this.#outlook(this.at));
    this.#fault.tell(to, code);
  }

  #noteAnswer(ids: readonly number[], isSuccess: boolean, { snapshot }: ModelState): void {
    const abandoned = snapshot.context.traffic.out.filter((call) => call.abandoned);
    const isHeard = (id: number): boolean => !abandoned.some(({ request }) => request.id === id);
    if (!isSuccess) for (const id of ids.filter(isHeard)) this.#answeredBadly.add(id);
  }

  /** Timer by timer, until one of them makes the actor take a step. */
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
    await this.#farEnd.receive(step, this.#outlook(n));
  }

  #expectStatus(n: number): void {
    const step = this.#path.steps[n];
    const taken = this.log.steps.at(-1);
    if (!step || !taken) return;
    const { to } = step;
    const calls = to.history.calls.filter(({ entry, ends }) => entry > 0 || ends.length > 0);
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
    for (const { request, sends: expected } of calls)
      expectEqual(this.#farEnd.sends(request.id), expected, `sessions that got call ${request.id}`);
    const alive = this.#farEnd.alive.filter(
      (generation) => !step.facts.orphans.includes(generation),
    );
    expectEqual(alive, this.#expectedAlive(step, n), "generations alive");
    expectTimers(this.#clock.waits, to, taken.context);
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
    const isAlive = this.#isAlive(to, n) && !facts.isDisowned;
    return isAlive ? [to.snapshot.context.link.generation] : [];
  }

  #isAlive(to: ModelState, n: number): boolean {
    if (isClosing(to)) return this.#isHeld(n);
    if (to.leaf !== "initializing")
      return to.leaf === "fetchingConfig" || to.leaf.startsWith("ready.");
    return this.#path.bounds.transport === "stdio" || this.#outlook(n).isHeld;
  }

  /** Wherever the path has led to, a stop ends it, and leaves nothing. */
  async #end(): Promise<void> {
    this.#callers.stop();
    await this.#farEnd.letGo();
    await this.#callers.told();
    await nextTurn();
    expectEqual(this.#plugin.status().state, "terminated", "status().state after the stop");
    const came = this.#path.steps
      .at(-1)
      ?.to.history.calls.filter(({ entry, ends }) => entry > 0 || ends.length > 0);
    expectEqual(
      Object.keys(this.#callers.ends),
      came?.map(({ request }) => `${request.id}`) ?? [],
      "calls that are settled",
    );
    expectEqual(await this.#farEnd.leftovers(), [], "what is left");
    const { length } = this.log;
    while (this.#clock.fireNext()) await nextTurn();
    expectEqual(this.log.length, length, "steps of the actor, when time has passed after the end");
    expectEqual(this.#clock.pending, 0, "timers that are left");
  }
}
