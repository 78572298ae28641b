import { z } from "zod";
import { type InputIssue, PluginError } from "../errors.ts";
import { isRecord } from "../models/records.ts";
import { checkWith, type HookDefinition } from "./hook-definition.ts";
import type { PayloadSchema } from "./hook-registration.ts";

/** @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong */
export function readRegistration(type: unknown, given: unknown): HookDefinition {
  const checked = registrationSchema.safeParse(given);
  const issues: InputIssue[] = [];
  const isNamed = typeof type === "string" && type.trim() !== "";
  if (!isNamed) issues.push({ path: "hookType", message: "must be a text that is not blank" });
  for (const issue of checked.error?.issues ?? [])
    if (issue.code === "unrecognized_keys")
      issues.push(
        ...issue.keys.map((path) => ({ path, message: "is not known; mend its spelling" })),
      );
    else issues.push({ path: issue.path.map(String).join("."), message: issue.message });
  if (!isNamed || !checked.success) throw invalidHook(type, issues);
  const { payload, modifiedPayload = payload, payloadName, nullFields } = checked.data;
  const modifiedPayloadSchema = asZod(modifiedPayload);
  return {
    type,
    payloadName: payloadName ?? `${pascalCase(type)}Payload`,
    payloadSchema: asZod(payload),
    nullFields,
    modifiedPayloadSchema,
    checkModifiedPayload: checkWith(modifiedPayloadSchema),
  };
}

export function invalidHook(type: unknown, issues: readonly InputIssue[]): PluginError {
  const shown = typeof type === "string" ? `'${type}'` : `(a ${typeof type})`;
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `Hook type ${shown} cannot be registered: ${list.join("; ")}`,
    plugin: "",
    phase: "configuring",
    issues,
  });
}

const standardSchema = z.custom<PayloadSchema<unknown>>(
  isStandardSchema,
  "must be a schema that speaks Standard Schema, such as one of zod",
);

const registrationSchema = z.strictObject(
  {
    payload: standardSchema,
    modifiedPayload: standardSchema.optional(),
    payloadName: z.string("must be a text").min(1, "must not be empty").optional(),
    nullFields: z.array(z.string("must be a text"), "must be a list of names").default(() => []),
  },
  "must be an object with payload",
);

function isStandardSchema(value: unknown): boolean {
  // A schema may be a function, as those of arktype are.
  if (typeof value !== "function" && !isRecord(value)) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return isRecord(standard) && typeof Reflect.get(standard, "validate") === "function";
}

/** The rest of this library knows the schemas of one library only. */
function asZod(schema: PayloadSchema<unknown>): z.ZodType<unknown> {
  return z.unknown().transform((value, context) => {
    const verdict = schema["~standard"].validate(value);
    if ("then" in verdict) {
      // Nobody waits for it, and it may reject.
      Promise.resolve(verdict).catch(() => {});
      const message = "cannot be checked: the schema of its hook is asynchronous";
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }
    if (verdict.issues === undefined) return verdict.value;
    for (const { message, path = [] } of verdict.issues)
      context.issues.push({ code: "custom", message, path: path.map(keyOf), input: value });
    return z.NEVER;
  });
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof segment === "object" ? segment.key : segment;
}

function pascalCase(type: string): string {
  return type
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
