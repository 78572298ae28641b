import { z } from "zod";
import { type InputIssue, PluginError } from "../errors.ts";
import { givenFieldsSchema, givenOf, sharedDefaults } from "./config-fields.ts";
import { capabilityIssues, configIssues } from "./config-rules.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { toMcpConfig } from "./mcp-config.ts";
import { mcpIssues } from "./mcp-rules.ts";
import { type McpShape, mcpSchema } from "./mcp-schema.ts";
import type { PluginConfig } from "./plugin-config.ts";
import { isRecord } from "./records.ts";

export interface ParsedPluginConfig {
  /** Checked, with defaults for what was not given. Frozen, and independent of the input */
  readonly config: PluginConfig;
  /** The fields that the host gave, null included: what the server says of them does not count */
  readonly given: ReadonlySet<string>;
}

interface OwnFields {
  readonly name: string;
  readonly kind: "external";
  readonly mcp: McpShape;
}

const ownFieldsSchema: z.ZodType<OwnFields> = z.object({
  name: z
    .string("must be a text: the name of the plugin on its server")
    .refine((name) => name.trim() !== "", "must not be blank: the server finds the plugin by it"),
  kind: z.literal("external", "must be 'external': other kinds run within a host"),
  mcp: mcpSchema,
});

/**
 * Checks what a host says of an external plugin. Unknown fields are ignored. Whether `cwd` and `script` exist is found out
 * when the process is started, not here.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong
 */
export function parsePluginConfig(input: unknown): ParsedPluginConfig {
  try {
    return parse(input);
  } catch (thrown) {
    if (PluginError.is(thrown)) throw thrown;
    throw invalid(
      "",
      [{ path: "", message: "must be an object whose fields can be read" }],
      thrown,
    );
  }
}

function parse(input: unknown): ParsedPluginConfig {
  if (!isRecord(input))
    throw invalid("", [{ path: "", message: "must be an object with name, kind and mcp" }]);
  const own = ownFieldsSchema.safeParse(input);
  const shared = givenFieldsSchema.safeParse(input);
  const { name: written }: RawConfig = input;
  const name = typeof written === "string" ? written : "";
  const issues = [
    ...schemaIssues(own, input),
    ...schemaIssues(shared, input),
    ...rules(name, input),
  ];
  if (!own.success || !shared.success || issues.length > 0) throw invalid(name, issues);
  const given = givenOf(shared.data);
  const { kind, mcp } = own.data;
  return {
    config: frozenCopy({ name, kind, ...sharedDefaults, ...given, mcp: toMcpConfig(mcp) }),
    given: new Set(Object.keys(given)),
  };
}

type SchemaCheck =
  | { readonly success: true }
  | { readonly success: false; readonly error: Pick<z.ZodError, "issues"> };

function schemaIssues(checked: SchemaCheck, input: RawConfig): InputIssue[] {
  if (checked.success) return [];
  return checked.error.issues
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }))
    .filter(({ path }) => path !== "mcp" || isGiven(input.mcp));
}

/** A configuration as it was written: any field may hold anything. */
interface RawConfig {
  readonly name?: unknown;
  readonly mcp?: unknown;
  readonly grpc?: unknown;
  readonly unix_socket?: unknown;
  readonly config?: unknown;
  readonly capabilities?: unknown;
}

function rules(name: string, raw: RawConfig): InputIssue[] {
  const issues: InputIssue[] = [];
  const isReachedOtherwise = isGiven(raw.grpc) || isGiven(raw.unix_socket);
  if (!isGiven(raw.mcp))
    issues.push({
      path: "mcp",
      message: isReachedOtherwise
        ? "The mcp section must be defined for external plugin: grpc and unix_socket are not supported here"
        : `External plugin ${name} must have 'mcp', 'grpc', or 'unix_socket' section configured: write mcp, the one that is supported here`,
    });
  issues.push(...mcpIssues(name, raw.mcp));
  for (const other of ["grpc", "unix_socket"] as const) {
    if (isGiven(raw.mcp) && isGiven(raw[other]))
      issues.push({
        path: other,
        message: `External plugin ${name} can only have one transport configured (mcp, grpc, or unix_socket): remove it`,
      });
  }
  return [...issues, ...configIssues(name, raw.config), ...capabilityIssues(raw.capabilities)];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function invalid(name: string, issues: readonly InputIssue[], cause?: unknown): PluginError {
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `The configuration of plugin ${name || "(without a name)"} is invalid: ${list.join("; ")}`,
    plugin: name,
    phase: "configuring",
    issues,
    cause,
  });
}
