import type { Answer, Question } from "./workload.ts";

/** Where the plugin server is: a process to be started, or an address. */
export type Target =
  | { readonly kind: "stdio"; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: "http"; readonly url: string };

/** A client, one of those that are compared. Its module exports it as `contender`. */
export interface Contender {
  readonly name: string;
  /** @param callers how many calls there will be at a time */
  connect(target: Target, callers: number): Promise<Connection>;
}

export interface Connection {
  invoke(question: Question): Promise<Answer>;
  close(): Promise<void>;
}
