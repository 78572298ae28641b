import type { AnyStateMachine } from "xstate";

export interface Delay {
  readonly name: string;
  /** What the machine reads it from, such as `context.settings.openMs`, or a number of milliseconds */
  readonly source: string;
}

/** Found by asking each delay, with a context that only notes which of its members is read. */
export function delaysOf(machine: AnyStateMachine): readonly Delay[] {
  return Object.entries(machine.implementations.delays).map(([name, delay]) => ({
    name,
    source: sourceOf(delay),
  }));
}

function sourceOf(delay: unknown): string {
  if (typeof delay !== "function") return `${String(delay)} ms`;
  const answer: unknown = delay({ context: recorder("context"), event: recorder("event") });
  return isRecorder(answer) ? answer[readPath] : "computed";
}

const readPath = Symbol("path of the members that were read");

interface Recorder {
  readonly [readPath]: string;
}

function recorder(path: string): Recorder {
  return new Proxy(
    { [readPath]: path },
    {
      get: (target, member) =>
        typeof member === "string" ? recorder(`${path}.${member}`) : Reflect.get(target, member),
    },
  );
}

function isRecorder(value: unknown): value is Recorder {
  return typeof value === "object" && value !== null && readPath in value;
}
