import { enqueueActions, StateMachine } from "xstate";
import {
  type ConnectionContext,
  type ConnectionEvent,
  pluginConnectionMachine,
} from "../../../machines/index.ts";
import type { Change } from "../../../machines/plugin-connection.changes.ts";
import type { Machine } from "./state.ts";

type Compute = (context: ConnectionContext, event: ConnectionEvent) => Change;
type Implementations = Parameters<Machine["provide"]>[0];

/** The machine with some of its guards or actions replaced. */
export const withParts = (parts: Implementations): Machine =>
  pluginConnectionMachine.provide(parts);

/** The machine with computations replaced behind the actions of these names. */
export const withChanges = (changes: Readonly<Record<string, Compute>>): Machine =>
  withParts({
    actions: Object.fromEntries(
      Object.entries(changes).map(([name, compute]) => [name, carryOut(compute)]),
    ),
  } as Implementations);

/** Carries out a change as the machine's own actions do. */
const carryOut = (compute: Compute) =>
  enqueueActions(({ context, event, enqueue }) => {
    const { set, step } = compute(context as ConnectionContext, event as ConnectionEvent);
    enqueue.assign({ ...set, ...(step && { traffic: step.traffic }) });
    if (!step) return;
    const { send, settle, admitted, abandon } = step;
    const does = (type: string, params: object): void => enqueue({ type, params } as never);
    if (admitted.length > 0) does("watchDeadlines", { requests: admitted });
    if (send.length > 0) {
      const calls = send.map(({ request, sends }) => ({ request, attempt: sends }));
      enqueue.sendTo("session", { type: "session.call", calls } as never);
    }
    if (abandon.length > 0) {
      enqueue.sendTo("session", { type: "session.cancel", ids: abandon } as never);
      does("watchAbandoned", { ids: abandon });
    }
    if (settle.length > 0) does("settleCalls", { settlements: settle, link: null });
  });

/** A part of a machine's definition, as far as a mutant looks into it. */
export interface NodeConfig {
  type?: string;
  entry?: unknown;
  on: Record<string, unknown>;
  after: Record<string, unknown>;
  states: Record<string, NodeConfig>;
}

/** The machine with another definition: the function is given one of its own to change. */
export function withDefinition(change: (states: Record<string, NodeConfig>) => void): Machine {
  const { config, implementations } = pluginConnectionMachine;
  const own = copy(config) as NodeConfig;
  change(own.states);
  return new StateMachine(own as never, implementations as never) as unknown as Machine;
}

/** Of objects and lists; functions are kept. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]));
}

/** A node of a definition; an error if there is none, since the mutant would then be none either. */
export function nodeOf(states: Record<string, NodeConfig>, ...path: string[]): NodeConfig {
  const [name = "", ...rest] = path;
  const node = states[name];
  if (!node) throw new Error(`no state ${name}`);
  return rest.length === 0 ? node : nodeOf(node.states, ...rest);
}
