import { nothing, type Row } from "../support/table.ts";
import type { TestConnection } from "../support/test-connection.ts";

/** What a session could say, where there is none, or one that is being closed. */
export const factsOfSession = nothing(
  "session.opened",
  "session.initialized",
  "session.configured",
  "hooks.answered",
  "session.lost",
);

/** Callers that go while call 1 waits. */
export const leave = {
  "hook.cancel": [
    { log: ["settle 1 ABORTED not_processed"], changes: { queue: "", queueBytes: 0 } },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
  "hooks.expired": [
    { log: ["settle 1 DEADLINE_EXCEEDED not_processed"], changes: { queue: "", queueBytes: 0 } },
    { when: "nobody knows it", with: { ids: [99] } },
  ],
} satisfies Partial<Row["on"]>;

/** Nobody needs the plugin any more: its session is being closed. At 60 000 ms. */
export function fallingAsleep(connection: TestConnection): void {
  connection.start();
  connection.becomeReady();
  connection.advance(60_000);
  connection.idled();
}
