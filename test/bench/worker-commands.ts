import type { Target } from "./contender.ts";
import type { Round, Slice } from "./measure.ts";

/** What a worker is asked to do, one thing at a time. It holds at most one connection. */
export type Command =
  | { readonly type: "hello" }
  | { readonly type: "connect"; readonly target: Target; readonly callers: number }
  | ({ readonly type: "run"; readonly bytes: number } & Slice)
  | { readonly type: "memory" }
  | { readonly type: "close" };

export interface Answers {
  hello: { readonly name: string };
  /** `ms` until the first answer was there */
  connect: { readonly ms: number };
  run: Round;
  /** Of the whole process, after its work */
  memory: { readonly rssBytes: number };
  close: null;
}

export type Reply<T extends Command["type"]> =
  | { readonly value: Answers[T] }
  | { readonly error: string };
