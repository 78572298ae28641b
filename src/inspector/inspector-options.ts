import { z } from "zod";
import { type InputIssue, PluginError } from "../errors.ts";

export interface InspectorOptions {
  /** Where the page is served, on 127.0.0.1. Default 0: any port that is free */
  readonly port?: number;
  /** Let the page start, stop and reconnect plugins. Default false: it only looks */
  readonly allowControl?: boolean;
  /** How much of the past is kept, in steps of machines and ends of calls. Default 20 000, at most 250 000 */
  readonly historyLimit?: number;
}

const schema: z.ZodType<Required<InspectorOptions>> = z.strictObject({
  port: z.int("must be a whole number").min(0).max(65_535).default(0),
  allowControl: z.boolean("must be true or false").default(false),
  historyLimit: z.int("must be a whole number").min(1_000).max(250_000).default(20_000),
});

/** @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong */
export function readInspectorOptions(options: InspectorOptions): Required<InspectorOptions> {
  const { success, data, error } = schema.safeParse(options);
  if (success) return data;
  throw refused(
    error.issues.flatMap((issue) => {
      if (issue.code !== "unrecognized_keys")
        return [{ path: issue.path.map(String).join("."), message: issue.message }];
      const message = "is not known here; remove it, or mend its spelling";
      return issue.keys.map((path) => ({ path, message }));
    }),
  );
}

export function refused(issues: readonly InputIssue[], cause?: unknown): PluginError {
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `Options of the inspector are invalid: ${list.join("; ")}`,
    plugin: "",
    phase: "configuring",
    issues,
    cause,
  });
}
