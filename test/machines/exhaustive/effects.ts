import type { ExecutableActionsFrom } from "xstate";
import type {
  ConnectionEmitted,
  pluginConnectionMachine,
  SessionCommand,
  SettleParams,
} from "../../../machines/index.ts";

/** What a step does to the machine's surroundings, read from the actions that XState returns for it. */
export interface Effects {
  /** Generations of sessions that are spawned */
  readonly spawned: readonly number[];
  /** Sessions whose actor is stopped */
  readonly dropped: number;
  readonly commands: readonly SessionCommand[];
  readonly settlements: SettleParams["settlements"];
  /** Ids of the requests whose deadlines are watched from now on */
  readonly watched: readonly number[];
  /** Ids of the calls whose slots are watched from now on */
  readonly abandoned: readonly number[];
  readonly timersSet: readonly { readonly id: string; readonly ms: number }[];
  readonly timersCleared: readonly string[];
  readonly emitted: readonly ConnectionEmitted[];
  /** Times for which idleness is watched, in ms */
  readonly idleness: readonly number[];
}

type Action = ExecutableActionsFrom<typeof pluginConnectionMachine>;

/** Actions of XState's own are typed too loosely to be told apart by their type. */
interface LooseAction {
  readonly type: string;
  readonly params: never;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export function effectsOf(actions: readonly Action[]): Effects {
  const effects: Growing<Effects> = {
    spawned: [],
    dropped: 0,
    commands: [],
    settlements: [],
    watched: [],
    abandoned: [],
    timersSet: [],
    timersCleared: [],
    emitted: [],
    idleness: [],
  };
  for (const action of actions as readonly unknown[] as readonly LooseAction[]) {
    note(effects, action);
  }
  return effects;
}

function note(effects: Growing<Effects>, { type, params }: LooseAction): void {
  switch (type) {
    case "xstate.spawnChild": {
      const { id, input }: { id: string; input: { generation: number } } = params;
      if (id === "session") effects.spawned.push(input.generation);
      break;
    }
    case "xstate.stopChild": {
      const { id }: { id: string } = params;
      if (id === "session") effects.dropped += 1;
      break;
    }
    case "xstate.sendTo":
      effects.commands.push((params as { event: SessionCommand }).event);
      break;
    case "settleCalls":
      effects.settlements.push(...(params as SettleParams).settlements);
      break;
    case "watchDeadlines": {
      const { requests }: { requests: readonly { id: number }[] } = params;
      effects.watched.push(...requests.map(({ id }) => id));
      break;
    }
    case "watchAbandoned":
      effects.abandoned.push(...(params as { ids: readonly number[] }).ids);
      break;
    case "xstate.raise":
      effects.timersSet.push(timerOf(params));
      break;
    case "xstate.cancel":
      effects.timersCleared.push((params as { sendId: string }).sendId);
      break;
    case "xstate.emit":
      effects.emitted.push((params as { event: ConnectionEmitted }).event);
      break;
    case "watchIdleness":
      effects.idleness.push((params as { afterMs: number }).afterMs);
      break;
    default:
      throw new Error(`an action that the check does not know: ${type}`);
  }
}

const timerOf = ({ id, delay }: { id: string; delay: number }) => ({ id, ms: delay });

/** The calls that are handed to the session, first to last. */
export const sentCalls = ({ commands }: Effects) =>
  commands.flatMap((command) => (command.type === "session.call" ? command.calls : []));
