import { Members } from "./members.ts";

/** The parts of a returned context that a plugin may change. */
export interface ReturnedContext {
  readonly state: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  /** `global_context.state` */
  readonly globalState: Record<string, unknown>;
}

/** Reads the `context` of an answer. What a plugin may not change in it is not looked at. Throws a ShapeFault. */
export function readReturnedContext(value: unknown): ReturnedContext {
  const given = new Members(value, "context");
  const shared = new Members(given.any("global_context"), given.at("global_context"));
  shared.text("request_id");
  return {
    state: given.record("state", {}),
    metadata: given.record("metadata", {}),
    globalState: shared.record("state", {}),
  };
}
