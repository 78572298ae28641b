import { z } from "zod";
import type { InputIssue } from "../errors.ts";
import { givenFieldsSchema, givenOf, sharedDefaults } from "../models/config-fields.ts";
import { capabilityIssues, configIssues } from "../models/config-rules.ts";
import { toPlainJson } from "../models/plain-json.ts";
import type { OtherPlugin } from "./host-config.ts";

const own = z.object({
  name: z.string("must be a text").regex(/\S/, "must not be blank"),
  kind: z.string("must be a text: external, or the path of a class"),
});

export interface OtherRead {
  /** Missing if there are issues */
  readonly plugin?: OtherPlugin;
  /** Their paths begin at the entry */
  readonly issues: readonly InputIssue[];
}

/** Whether an entry of `plugins` is for this library. One that is too broken to tell is, and will be refused. */
export function isOther(entry: Readonly<Record<string, unknown>>): boolean {
  const { kind, mcp, grpc, unix_socket }: RawEntry = entry;
  if (kind !== "external") return typeof kind === "string" && kind.trim() !== "";
  return !isGiven(mcp) && (isGiven(grpc) || isGiven(unix_socket));
}

/** Checks a plugin that something else runs, as far as hosts share it. */
export function readOther(entry: Readonly<Record<string, unknown>>): OtherRead {
  const named = own.safeParse(entry);
  const shared = givenFieldsSchema.safeParse(entry);
  const issues: InputIssue[] = [named, shared]
    .flatMap(({ error }) => error?.issues ?? [])
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  const { name = "", kind } = named.data ?? {};
  const { grpc, unix_socket, config: settings, capabilities }: RawEntry = entry;
  issues.push(...capabilityIssues(capabilities));
  if (kind === "external") issues.push(...configIssues(name, settings));
  if (isGiven(grpc) && isGiven(unix_socket))
    issues.push({
      path: "unix_socket",
      message: `External plugin ${name} can only have one transport configured (mcp, grpc, or unix_socket): remove one`,
    });
  if (!named.success || !shared.success || issues.length > 0) return { issues };
  const plugin = { ...named.data, ...sharedDefaults, ...givenOf(shared.data) };
  // Dates, which YAML has.
  const config = toPlainJson(plugin.config, "config") as OtherPlugin["config"];
  return { plugin: { ...plugin, config }, issues };
}

/** An entry as it was written: any field may hold anything. */
interface RawEntry {
  readonly kind?: unknown;
  readonly mcp?: unknown;
  readonly grpc?: unknown;
  readonly unix_socket?: unknown;
  readonly config?: unknown;
  readonly capabilities?: unknown;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
