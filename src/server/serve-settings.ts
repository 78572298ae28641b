import type { Logger } from "../logger.ts";
import type { HookErrorListener } from "./hook-report.ts";

/** What a server over any transport needs to know; the options with their defaults. */
export interface CommonSettings {
  readonly maxMessageBytes: number;
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly drainMs: number;
  readonly handleSignals: boolean;
  readonly log: Logger;
  readonly onHookError: HookErrorListener | undefined;
}
