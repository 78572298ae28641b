import type { z } from "zod";
import { ShapeFault } from "../models/members.ts";

export interface HookDefinition {
  readonly type: string;
  /** Name of the payload's model in the texts of a server's errors */
  readonly payloadName: string;
  /** Specifies the payload that a server gets: unknown members are left out, missing ones have their defaults */
  readonly payloadSchema: z.ZodType<unknown>;
  /** Required members of the payload that may be null, and are then sent as null instead of being left out */
  readonly nullFields: readonly string[];
  /** Specifies the `modified_payload` of a result */
  readonly modifiedPayloadSchema: z.ZodType<unknown>;
  /**
   * Does what `modifiedPayloadSchema` specifies, by hand for the hooks that are called most. Returns the payload with its
   * defaults; throws a ShapeFault whose path begins with `at`.
   */
  readonly checkModifiedPayload: PayloadCheck;
}

export type PayloadCheck = (value: unknown, at: string) => unknown;

/** Checks with the schema itself. Says nothing of what is wrong: paths and texts of a schema may hold the plugin's own. */
export function checkWith(schema: z.ZodType<unknown>): PayloadCheck {
  return (value, at) => {
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    throw new ShapeFault(at, "does not fit the schema of its hook");
  };
}
