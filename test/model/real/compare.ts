import type { ConnectionContext, SessionCommand } from "../../../machines/index.ts";
import type { Effects } from "../../machines/exhaustive/effects.ts";
import type { StepEvent } from "../../machines/exhaustive/history.ts";
import { describeSettlement, type Picture, pictureOf } from "../../machines/support/describe.ts";
import type { ModelState } from "../model.ts";
import { expectEqual } from "./difference.ts";
import type { RealStep } from "./paths.ts";
import type { TakenStep } from "./step-log.ts";
import { waitOf } from "./timing.ts";

/** The code of the latest fault. The model knows only that there is one; the far end knows which. */
export class FaultCode {
  #told: string | undefined;
  #code: string | null = null;

  get code(): string | null {
    return this.#code;
  }

  tell(code: string | undefined): void {
    this.#told = code;
  }

  /** After a step of the model. */
  note({ move, from, to }: RealStep): void {
    const [before, { fault }] = [from.snapshot.context.link, to.snapshot.context.link];
    if (fault === before.fault) return;
    const isTold = move.type === "session.lost";
    this.#code = fault === null ? null : isTold ? (this.#told ?? fault.code) : fault.code;
  }
}

type Renumber = (id: number) => number;

/** The actor has taken the step of the model: the same transition, with the same effects, to the same state. */
export function expectStep(
  taken: TakenStep,
  step: RealStep,
  fault: FaultCode,
  numberOf: Renumber,
): void {
  const { move, to } = step;
  const { arrival } = to;
  fault.note(step);
  expectEqual(
    { ...factsOf(taken.event, numberOf), transitions: taken.transitions, leaf: taken.leaf },
    { ...factsOf(move.event, (id) => id), transitions: arrival?.taken, leaf: to.leaf },
    "the actor's step",
  );
  const expected = pictureOf(to.snapshot.context);
  expectEqual(
    essenceOf(taken.picture, taken.picture.fault),
    essenceOf(expected, fault.code),
    "what the actor knows",
  );
  const doings = arrival ? doingsOf(arrival.effects, (id) => id) : [];
  expectEqual(doingsOf(taken.effects, numberOf), doings, "what the actor does");
}

/** What an event says, but for times. */
function factsOf(event: StepEvent, numberOf: Renumber): object {
  const { type } = event;
  switch (event.type) {
    case "session.configured":
      return { type, hooks: event.hooks };
    case "hooks.answered":
      return { type, ids: event.ids.map(numberOf), successful: event.successful };
    case "hook.cancel":
    case "hooks.expired":
    case "hooks.overdue":
      return { type, ids: event.ids.map(numberOf) };
    case "session.lost": {
      const { alive, fault, ended, unsent } = event;
      const [over, back] = [ended.map(numberOf), unsent.map(numberOf)];
      return { type, alive, fatal: fault.fatal, ended: over, unsent: back };
    }
    default:
      return { type, ...("generation" in event && { generation: event.generation }) };
  }
}

/** All but times, and texts of faults. */
function essenceOf(picture: Picture, fault: string | null): object {
  const { losses, waitMs, retryAt, queueBytes, activeAt, drainMs, end, ...rest } = picture;
  return {
    ...rest,
    losses: losses === "" ? 0 : losses.split(" ").length,
    waits: waitMs > 0,
    retries: retryAt !== null,
    fault,
    end: end?.split(",")[0] ?? null,
  };
}

function doingsOf(effects: Effects, numberOf: Renumber): string[] {
  const list = (ids: readonly number[]): string => ids.map(numberOf).join(" ");
  return [
    ...effects.settlements.map((settlement) => {
      const request = { ...settlement.request, id: numberOf(settlement.request.id) };
      return describeSettlement({ ...settlement, request });
    }),
    ...effects.commands.map((command) => describe(command, numberOf)),
    ...effects.emitted.map(({ type }) => `tell ${type}`),
    `watch deadlines ${list(effects.watched)}`,
    `watch abandoned ${list(effects.abandoned)}`,
    ...effects.idleness.map(() => "watch idleness"),
    ...effects.timersSet.map(({ id }) => `set ${id}`),
    ...effects.timersCleared.map((id) => `clear ${id}`),
    ...(effects.dropped > 0 ? ["drop the session"] : []),
    ...effects.spawned.map((generation) => `spawn session ${generation}`),
  ];
}

function describe(command: SessionCommand, numberOf: Renumber): string {
  switch (command.type) {
    case "session.call":
      return `call ${command.calls.map(({ request, attempt }) => `${numberOf(request.id)}(${attempt})`).join(" ")}`;
    case "session.cancel":
      return `cancel ${command.ids.map(numberOf).join(" ")}`;
    default:
      return command.type;
  }
}

/** The timers of the states that the model is in are set on the clock, and those of no other. */
export function expectTimers(
  waits: readonly number[],
  to: ModelState,
  context: ConnectionContext,
): void {
  const { openMs, initializeMs, fetchConfigMs, stableAfterMs, stopLimitMs } = context.settings;
  const known = [openMs, initializeMs, fetchConfigMs, stableAfterMs, stopLimitMs];
  const expected = Object.keys(to.waits).map((type) => waitOf(type, context));
  const missing = expected.filter((ms) => !waits.includes(ms));
  const surplus = known.filter((ms) => waits.includes(ms) && !expected.includes(ms));
  expectEqual({ missing, surplus }, { missing: [], surplus: [] }, "timers on the clock");
}
