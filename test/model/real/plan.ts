import { isClosing, isRefusal, mustAnswer } from "./causes.ts";
import type { RealPath } from "./paths.ts";

/** What is to come, where it decides about the present. */
export interface Outlook {
  /** What there is of the session will keep its closing from ending: the one under way, or the one after the handshake */
  readonly isHeld: boolean;
  /** The call that is made now reaches nobody */
  readonly isRefused: boolean;
}

/** How many steps of a path, from one of them on, follow from one cause. */
export function countTogether(path: RealPath, at: number): number {
  let end = at + 1;
  while (end < path.steps.length && comesByItself(path, end)) end += 1;
  return end - at;
}

function comesByItself(path: RealPath, at: number): boolean {
  const step = path.steps[at];
  if (!step) return false;
  if (isRefusal(step.move)) return true;
  if (isClosing(step.from)) return step.move.type === "session.closed" && !isHeld(path, at - 1);
  return path.bounds.transport === "http" && mustAnswer(step.from);
}

/** Whether the closing to which a step leads lasts until the far end is let go. */
export function isHeld({ steps }: RealPath, at: number): boolean {
  const closing = steps[at]?.facts.closing;
  const isNext = steps[at + 1]?.move.type === "session.closed";
  return closing === "long" || (closing === "free" && !isNext);
}

export function outlookFrom(path: RealPath, at: number): Outlook {
  const next = path.steps[at + 1];
  return { isHeld: willBeHeld(path, at), isRefused: next !== undefined && isRefusal(next.move) };
}

function willBeHeld(path: RealPath, at: number): boolean {
  const { steps } = path;
  for (let next = at; next < steps.length; next += 1) {
    const to = steps[next]?.to;
    if (to && isClosing(to)) return isHeld(path, next);
    if (next > at && to?.leaf !== "initializing") break;
  }
  return false;
}
