import { isDeepStrictEqual } from "node:util";
import {
  describeCommand,
  describeEmitted,
  type Picture,
  pictureOf,
} from "../machines/support/describe.ts";
import type { TestConnection } from "../machines/support/test-connection.ts";
import type { ModelState } from "./model.ts";

/** All that can be seen of a connection after a step, of the model and of the actor alike. */
export interface Observation {
  readonly state: string;
  readonly status: string;
  /** What the context holds */
  readonly knows: Picture;
  /** What has been done in the step: settled, sent, told, watched, opened, released; each in its order */
  readonly does: readonly string[];
  /** For how long the pending timers were set, in ms */
  readonly waits: readonly number[];
  /** Generations of the sessions that are not released */
  readonly sessions: readonly number[];
  readonly keepers: number;
  readonly crashes: readonly unknown[];
}

export function expectedOf(state: ModelState): Observation {
  const { snapshot, leaf, status, waits, arrival } = state;
  const { generation } = snapshot.context.link;
  return {
    state: leaf,
    status,
    knows: pictureOf(snapshot.context),
    does: arrival ? doneIn(state) : [],
    waits: Object.values(waits).sort((a, b) => a - b),
    sessions: "session" in snapshot.children ? [generation] : [],
    keepers: status === "active" ? 1 : 0,
    crashes: [],
  };
}

export function doneIn({ arrival }: ModelState): string[] {
  if (!arrival) return [];
  const { effects, from } = arrival;
  const { generation } = from.snapshot.context.link;
  return [
    ...effects.settlements.map(settled),
    ...effects.commands.map(describeCommand),
    ...effects.emitted.map(describeEmitted),
    ...effects.watched.map((id) => `watch deadline ${id}`),
    ...(effects.abandoned.length > 0 ? [`watch abandoned ${effects.abandoned.join(" ")}`] : []),
    ...effects.idleness.map((ms) => `watch idleness ${ms}`),
    ...(effects.dropped > 0 ? [`session ${generation} released`] : []),
    ...effects.spawned.map((spawned) => `session ${spawned} spawned`),
  ];
}

const settled = ({ request, ...end }: TestConnection["settlements"][number]): string =>
  `settle ${request.id}: ${Object.values(end).join(" ")}`;

const kinds = /^(?:settle|tell|watch deadline|watch abandoned|watch idleness|session)/;
const order = [
  "settle",
  undefined,
  "tell",
  "watch deadline",
  "watch abandoned",
  "watch idleness",
  "session",
];

/** Watches what an actor does, step by step. */
export class Observer {
  readonly #connection: TestConnection;
  #settlements = 0;
  #watched = 0;

  constructor(connection: TestConnection) {
    this.#connection = connection;
  }

  /** What has become of the connection since the last time. */
  look(): Observation {
    const connection = this.#connection;
    const { state, picture, clock, sessions, keepers, crashes } = connection;
    return {
      state,
      status: connection.actor.getSnapshot().status,
      knows: picture,
      does: this.#doings(),
      waits: clock.waits,
      sessions: sessions
        .filter(({ isReleased }) => !isReleased)
        .map(({ generation }) => generation),
      keepers,
      crashes: [...crashes],
    };
  }

  #doings(): string[] {
    const { settlements, watched } = this.#connection;
    const lines = [
      ...this.#connection.takeLog().filter((line) => !line.startsWith("settle")),
      ...settlements.slice(this.#settlements).map(settled),
      ...watched.slice(this.#watched).map(({ id }) => `watch deadline ${id}`),
    ];
    this.#settlements = settlements.length;
    this.#watched = watched.length;
    const rank = (line: string): number => order.indexOf(kinds.exec(line)?.[0]);
    return lines.sort((a, b) => rank(a) - rank(b));
  }
}

/** What is otherwise than it should be, member by member; undefined if nothing is. */
export function differenceOf(expected: Observation, actual: Observation): string | undefined {
  if (isDeepStrictEqual(expected, actual)) return undefined;
  const members = Object.keys(expected) as (keyof Observation)[];
  return members
    .filter((member) => !isDeepStrictEqual(expected[member], actual[member]))
    .map((member) => describeDifference(member, expected[member], actual[member]))
    .join("\n");
}

function describeDifference(member: string, expected: unknown, actual: unknown): string {
  return `${member}: expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(actual)}`;
}
