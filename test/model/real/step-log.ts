import type { AnyTransitionDefinition, InspectionEvent } from "xstate";
import { fromArray, toArray } from "../../../machines/call-queue.ts";
import type { Call, ConnectionContext, HookRequestRef } from "../../../machines/index.ts";
import { edgeId } from "../../../src/inspector/edge-id.ts";
import { type Effects, effectsOf } from "../../machines/exhaustive/effects.ts";
import type { StepEvent } from "../../machines/exhaustive/history.ts";
import { leafOf, type Picture, pictureOf } from "../../machines/support/describe.ts";
import { soon } from "./difference.ts";

/** A step that the connection's actor has taken. */
export interface TakenStep {
  readonly event: StepEvent;
  readonly transitions: readonly string[];
  readonly leaf: string;
  readonly context: ConnectionContext;
  readonly picture: Picture;
  readonly effects: Effects;
}

type Actions = Parameters<typeof effectsOf>[0][number][];

/** All steps of a connection's actor, as its inspection shows them. Calls go by the model's numbers. */
export class StepLog {
  readonly steps: TakenStep[] = [];
  readonly #numbers = new Map<number, number>();
  #coming: number[] = [];
  #actions: Actions = [];
  #watchers: (() => void)[] = [];

  get length(): number {
    return this.steps.length;
  }

  /** The next requests that come to the connection are these calls of the model. */
  expect(ids: readonly number[]): void {
    this.#coming.push(...ids);
  }

  readonly inspect = (given: unknown): void => {
    const event = given as InspectionEvent;
    if (event.type === "@xstate.action") this.#actions.push(event.action as never);
    if (event.type !== "@xstate.microstep" || event._transitions.length === 0) return;
    const { requests = [] } = event.event as { requests?: readonly HookRequestRef[] };
    for (const { id } of requests) this.#numbers.set(id, this.#coming.shift() ?? Number.NaN);
    this.#note(event.event as StepEvent, event._transitions, event.snapshot as never);
  };

  #note(
    event: StepEvent,
    transitions: readonly AnyTransitionDefinition[],
    { value, context }: { value: never; context: ConnectionContext },
  ): void {
    // They are carried out while the step is computed, before it is shown.
    const actions = this.#actions;
    this.#actions = [];
    this.steps.push({
      event,
      transitions: transitions.map(edgeId),
      leaf: leafOf(value),
      context,
      picture: pictureOf(this.#renumber(context)),
      effects: effectsOf(actions),
    });
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }

  /** Resolves when so many steps have been taken. */
  async reach(length: number): Promise<void> {
    while (this.length < length) {
      const change = new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
      await soon(change, () => `step ${length} of the actor, which rests after ${this.length}`);
    }
  }

  /** The model's number of a call. */
  numberOf(id: number): number {
    return this.#numbers.get(id) ?? Number.NaN;
  }

  #renumber(context: ConnectionContext): ConnectionContext {
    const renumber = (call: Call): Call => ({
      ...call,
      request: { ...call.request, id: this.numberOf(call.request.id) },
    });
    const { traffic } = context;
    const queue = fromArray(toArray(traffic.queue).map(renumber));
    return { ...context, traffic: { ...traffic, queue, out: traffic.out.map(renumber) } };
  }
}
