import { and, StateMachine } from "xstate";
import { testedMachine } from "../../machines/support/test-connection.ts";

export type Machine = typeof testedMachine;

export interface TransitionConfig {
  /** A name, or one of XState's combined guards */
  guard?: unknown;
  target?: string;
  reenter?: boolean;
  actions: string[];
}

/** A definition in one of the several forms that XState knows: everything that can be a list is one. */
export interface NodeConfig {
  context?: unknown;
  initial?: string;
  invoke?: unknown;
  entry: string[];
  on: Record<string, TransitionConfig[]>;
  after: Record<string, TransitionConfig[]>;
  states: Record<string, NodeConfig>;
}

/** The definition of the machine that ships, as a copy that may be changed. */
export const definition = (): NodeConfig => normalized(testedMachine.config as object);

/** The shipped services and guards with another definition. */
export function machineOf(root: NodeConfig): Machine {
  const { implementations } = testedMachine;
  return new StateMachine(root as never, implementations as never) as unknown as Machine;
}

function normalized(node: object): NodeConfig {
  const { entry, on, after, states, ...other } = node as Partial<NodeConfig>;
  return {
    ...other,
    entry: listOf(entry),
    on: mapped(on, transitions),
    after: mapped(after, transitions),
    states: mapped(states, normalized),
  };
}

const transitions = (config: unknown): TransitionConfig[] =>
  listOf(config as Partial<TransitionConfig>[]).map((transition) => ({
    ...transition,
    actions: listOf(transition.actions),
  }));

const listOf = <T>(some: T | T[] | undefined): T[] =>
  some === undefined ? [] : Array.isArray(some) ? [...some] : [some];

const mapped = <From, To>(
  record: Readonly<Record<string, From>> | undefined,
  change: (from: From & object) => To,
): Record<string, To> =>
  Object.fromEntries(
    Object.entries(record ?? {}).map(([key, value]) => [key, change(value as From & object)]),
  );

/** The guards of a conjunction, or the guard alone. */
export const partsOf = (guard: unknown): string[] =>
  typeof guard === "function"
    ? [...(guard as unknown as { guards: string[] }).guards]
    : [guard as string];

export const allOf = (names: readonly string[]): unknown =>
  names.length === 1 ? names[0] : and(names as never);
