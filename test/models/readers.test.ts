import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { Members, ShapeFault } from "../../src/models/members.ts";
import { readReturnedContext } from "../../src/models/read-context.ts";
import { readError } from "../../src/models/read-error.ts";
import { readExecutions } from "../../src/models/read-executions.ts";
import { readResult } from "../../src/models/read-result.ts";
import { hookNamed } from "./support/answers.ts";
import {
  modifiedPayloadKinds,
  nearlyContext,
  nearlyError,
  nearlyExecution,
  nearlyModifiedPayload,
  nearlyResult,
} from "./support/arbitraries.ts";
import {
  errorSchema,
  executionSchema,
  resultSchema,
  returnedContextSchema,
} from "./support/wire-schemas.ts";

interface Counts {
  accepted: number;
  refused: number;
}

/** A reader and a schema agree on a value: both refuse it, or both make the same of it. */
function expectAgreement(
  value: unknown,
  schema: z.ZodType,
  read: (value: unknown) => unknown,
  counts: Counts,
): void {
  const specified = schema.safeParse(value);
  let returned: unknown;
  try {
    returned = read(value);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ShapeFault);
    expect(specified.success).toBe(false);
    counts.refused++;
    return;
  }
  expect(specified.error?.issues).toBeUndefined();
  expect(returned).toStrictEqual(specified.data);
  counts.accepted++;
}

/** Runs a property that proves little unless it has seen both kinds of values. */
function agrees(
  arbitrary: fc.Arbitrary<unknown>,
  schema: z.ZodType,
  read: (value: unknown) => unknown,
): void {
  const counts: Counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(arbitrary, (value) => expectAgreement(value, schema, read, counts)),
    { numRuns: 400 },
  );
  expect(counts.accepted).toBeGreaterThan(20);
  expect(counts.refused).toBeGreaterThan(20);
}

const execution = {
  plugin_id: "i",
  plugin_name: "n",
  plugin_kind: "k",
  hook_name: "h",
  mode: "sequential",
};

const hookTypes = Object.keys(modifiedPayloadKinds);

describe("what is read by hand is what the schemas say", () => {
  test.each(hookTypes)("modified_payload of %s", (type) => {
    const hook = hookNamed(type);
    agrees(nearlyModifiedPayload(type), hook.modifiedPayloadSchema, (value) =>
      hook.checkModifiedPayload(value, "at"),
    );
  });

  test.each(hookTypes)("result of %s", (type) => {
    const hook = hookNamed(type);
    agrees(nearlyResult(type), resultSchema(hook, false), (value) =>
      readResult(value, hook, false),
    );
  });

  test("result, as the reference takes it", () => {
    const hook = hookNamed("tool_pre_invoke");
    agrees(nearlyResult(hook.type), resultSchema(hook, true), (value) =>
      readResult(value, hook, true),
    );
  });

  test("executions", () => {
    agrees(nearlyExecution, executionSchema, (value) =>
      readExecutions(new Members({ executions: [value] }, "")).at(0),
    );
  });

  test("returned context", () => {
    agrees(nearlyContext, returnedContextSchema, readReturnedContext);
  });

  test("error", () => {
    agrees(nearlyError, errorSchema, readError);
  });
});

describe("where a fault is", () => {
  test.each([
    [{}, "result.continue_processing", "is missing"],
    [{ continue_processing: "false" }, "result.continue_processing", "must be true or false"],
    [{ continue_processing: 1 }, "result.continue_processing", "must be true or false"],
    [{ continue_processing: null }, "result.continue_processing", "must be true or false"],
    [{ continue_processing: true, metadata: [] }, "result.metadata", "must be an object or null"],
    [
      { continue_processing: true, modified_payload: { args: {} } },
      "result.modified_payload.name",
      "is missing",
    ],
    [
      { continue_processing: true, modified_payload: { name: "t", headers: { secret: 1 } } },
      "result.modified_payload.headers",
      "must hold nothing but texts, and holds something else",
    ],
    [
      { continue_processing: false, violation: { reason: "r", description: "d" } },
      "result.violation.code",
      "is missing",
    ],
    [
      { continue_processing: true, executions: [{}, 1] },
      "result.executions.1",
      "must be an object",
    ],
    [
      { continue_processing: true, executions: [{}] },
      "result.executions.0.plugin_id",
      "is missing",
    ],
    [
      { continue_processing: true, executions: [{ ...execution, status: "bogus" }] },
      "result.executions.0.status",
      "must be one of completed, error, timeout, skipped, cancelled, disabled",
    ],
    [
      { continue_processing: true, retry_delay_ms: 1.5 },
      "result.retry_delay_ms",
      "must be a whole number",
    ],
  ])("%j", (value, path, message) => {
    const read = (): unknown => readResult(value, hookNamed("tool_pre_invoke"), false);
    expect(read).toThrow(expect.objectContaining({ path, message }));
  });

  test("a member that is only inherited is missing", () => {
    const polluted = Object.create({ continue_processing: true });
    expect(() => readResult(polluted, hookNamed("tool_pre_invoke"), false)).toThrow("is missing");
  });
});
