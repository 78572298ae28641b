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
  readonly timersSet: readonly string[];
  readonly timersCleared: readonly string[];
  readonly emitted: readonly ConnectionEmitted[];
}

type Action = ExecutableActionsFrom<typeof pluginConnectionMachine>;

/** Actions of XState's own are typed too loosely to be told apart by their type. */
interface LooseAction {
  readonly type: string;
  readonly params: never;
}

export const noEffects: Effects = {
  spawned: [],
  dropped: 0,
  commands: [],
  settlements: [],
  watched: [],
  abandoned: [],
  timersSet: [],
  timersCleared: [],
  emitted: [],
};

export const effectsOf = (actions: readonly Action[]): Effects =>
  (actions as readonly unknown[] as readonly LooseAction[]).reduce(withAction, noEffects);

function withAction(effects: Effects, { type, params }: LooseAction): Effects {
  switch (type) {
    case "xstate.spawnChild": {
      const { id, input }: { id: string; input: { generation: number } } = params;
      if (id !== "session") return effects;
      return { ...effects, spawned: [...effects.spawned, input.generation] };
    }
    case "xstate.stopChild": {
      const { id }: { id: string } = params;
      return id === "session" ? { ...effects, dropped: effects.dropped + 1 } : effects;
    }
    case "xstate.sendTo": {
      const { event }: { event: SessionCommand } = params;
      return { ...effects, commands: [...effects.commands, event] };
    }
    case "settleCalls": {
      const { settlements }: SettleParams = params;
      return { ...effects, settlements: [...effects.settlements, ...settlements] };
    }
    case "watchDeadlines": {
      const { requests }: { requests: readonly { id: number }[] } = params;
      return { ...effects, watched: [...effects.watched, ...requests.map(({ id }) => id)] };
    }
    case "watchAbandoned": {
      const { ids }: { ids: readonly number[] } = params;
      return { ...effects, abandoned: [...effects.abandoned, ...ids] };
    }
    case "xstate.raise": {
      const { id }: { id: string } = params;
      return { ...effects, timersSet: [...effects.timersSet, id] };
    }
    case "xstate.cancel": {
      const { sendId }: { sendId: string } = params;
      return { ...effects, timersCleared: [...effects.timersCleared, sendId] };
    }
    case "xstate.emit": {
      const { event }: { event: ConnectionEmitted } = params;
      return { ...effects, emitted: [...effects.emitted, event] };
    }
    case "watchIdleness":
      return effects;
    default:
      throw new Error(`an action that the check does not know: ${type}`);
  }
}

/** The calls that are handed to the session, first to last. */
export const sentCalls = ({ commands }: Effects) =>
  commands.flatMap((command) => (command.type === "session.call" ? command.calls : []));
