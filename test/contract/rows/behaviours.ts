import type { Row } from "../row.ts";
import { certificates } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { invocation } from "./invocation.ts";
import { lifecycle } from "./lifecycle.ts";
import { otherTransports, serving } from "./serving.ts";

/** What the tests of the reference assert, one line each. */
export const behaviours: readonly Row[] = [
  ...configuration,
  ...lifecycle,
  ...invocation,
  ...certificates,
  ...serving,
  ...otherTransports,
];
