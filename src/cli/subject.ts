import type { ExternalPlugin } from "../external-plugin.ts";

/** What is inspected. */
export interface Subject {
  readonly plugins: readonly ExternalPlugin[];
  start(): Promise<void>;
  /** Resolves when nothing is left */
  stop(): Promise<void>;
}
