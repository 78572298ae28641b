import type { Row } from "../support/table.ts";
import { connecting, fetchingConfig, idle, initializing, spawning } from "./before-ready.ts";
import { closing } from "./closing.ts";
import { drainingAfterLoss, drainingToReopen, drainingToStop } from "./draining.ts";
import { stopping, terminated } from "./end.ts";
import { invoking } from "./invoking.ts";
import { coolingDownRow, dormant, reconnecting } from "./nothing-open.ts";
import { waiting } from "./waiting.ts";

/** The whole table: a leaf has several rows where what it does depends on why it was entered. */
export const rows: Readonly<Record<string, Row>> = {
  idle,
  spawning,
  connecting,
  initializing,
  fetchingConfig,
  "ready.waiting": waiting,
  "ready.invoking": invoking,
  "ready.draining, to stop": drainingToStop,
  "ready.draining, to reopen": drainingToReopen,
  "ready.draining, after a loss": drainingAfterLoss,
  closing,
  reconnecting,
  coolingDown: coolingDownRow,
  dormant,
  stopping,
  terminated,
};
