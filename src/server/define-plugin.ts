import { z } from "zod";
import { findHook } from "../hooks/hook-registry.ts";
import type { PluginOnError } from "../models/plugin-config.ts";
import { isRecord } from "../models/records.ts";
import type { HookHandlers } from "./hook-types.ts";
import { invalidInput, issuesOf } from "./invalid-input.ts";

/** When a host runs a plugin: the fields of one are all to be met. A missing field does not count. */
export interface PluginConditions {
  readonly server_ids?: readonly string[] | null;
  readonly tenant_ids?: readonly string[] | null;
  readonly tools?: readonly string[] | null;
  readonly prompts?: readonly string[] | null;
  readonly resources?: readonly string[] | null;
  readonly agents?: readonly string[] | null;
  readonly user_patterns?: readonly string[] | null;
  readonly content_types?: readonly string[] | null;
}

/**
 * - `enforce`: the plugin may block
 * - `permissive`: a block is reported as an allow, its changes are kept
 * - `disabled`: listed, but not run
 *
 * Hosts of both generations know these names.
 */
export type PluginMode = "enforce" | "permissive" | "disabled";

/** A plugin as its author writes it. The names are those of the wire. */
export interface PluginInput {
  /** Must equal the name in the host's configuration, upper and lower case included */
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly author?: string;
  readonly namespace?: string;
  readonly tags?: readonly string[];
  /** Default `enforce` */
  readonly mode?: PluginMode;
  /**
   * What an error of a hook becomes: an error for the host, or an allow. `disable` is an allow as well; hosts of CPEX read
   * it, and call a plugin no more that has failed in their own process. Default `fail`
   */
  readonly on_error?: PluginOnError;
  /** Lower runs first. Default 100 */
  readonly priority?: number;
  /** One of them must be met, if there are any. Hosts check them, not this server */
  readonly conditions?: readonly PluginConditions[];
  /** Shown to hosts: no secrets */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the implementation is from. Shown to hosts, without effect. Default `mcp-tether` */
  readonly kind?: string;
  /** Time for one call of a hook, in milliseconds. Default 30 000 */
  readonly timeoutMs?: number;
  /**
   * What an integer beyond 2^53 does that a hook returns, or leaves in the context. JavaScript rounds such integers when
   * it reads them, so the host would get back another number than it sent. Default `reject`: an error
   */
  readonly unsafeNumbers?: "reject" | "round";
  readonly hooks: HookHandlers;
}

/** A plugin that can be served. Made by `definePlugin`. */
export interface Plugin extends PluginInput {
  readonly tags: readonly string[];
  readonly mode: PluginMode;
  readonly on_error: PluginOnError;
  readonly priority: number;
  readonly conditions: readonly PluginConditions[];
  readonly kind: string;
  readonly timeoutMs: number;
  readonly unsafeNumbers: "reject" | "round";
}

const text = z.string("must be a text");
const texts = z.array(text, "must be a list of texts");
const names = texts.nullable().optional();

const pluginSchema = z.strictObject(
  {
    name: text.regex(/\S/, "must not be blank; hosts find the plugin by it"),
    description: text.optional(),
    version: text.optional(),
    author: text.optional(),
    namespace: text.optional(),
    tags: texts.default([]),
    mode: z
      .enum(["enforce", "permissive", "disabled"], "must be enforce, permissive or disabled")
      .default("enforce"),
    on_error: z
      .enum(["fail", "ignore", "disable"], "must be fail, ignore or disable")
      .default("fail"),
    priority: z.int("must be a whole number").default(100),
    conditions: z
      .array(
        z.strictObject({
          server_ids: names,
          tenant_ids: names,
          tools: names,
          prompts: names,
          resources: names,
          agents: names,
          user_patterns: names,
          content_types: names,
        }),
        "must be a list of conditions",
      )
      .default([]),
    config: z
      .record(z.string(), z.unknown(), "must be an object")
      .refine(isJson, "must hold nothing that JSON cannot")
      .optional(),
    kind: text.min(1, "must not be empty").default("mcp-tether"),
    timeoutMs: z
      .number("must be a number of milliseconds")
      .min(1)
      .max(2 ** 31 - 1)
      .default(30_000),
    unsafeNumbers: z.enum(["reject", "round"], "must be reject or round").default("reject"),
    hooks: z
      .custom<HookHandlers>(isRecord, "must be an object of hook functions")
      .refine(
        (hooks) => Object.keys(hooks).length > 0,
        "must have a hook; methods of a class do not count",
      )
      .superRefine((hooks, context) => {
        for (const [type, handler] of Object.entries(hooks)) {
          const message = hookProblem(type, handler);
          if (message !== undefined) context.addIssue({ code: "custom", path: [type], message });
        }
      }),
  },
  "must be an object",
);

/**
 * Checks a plugin and fills in its defaults. The types of payload and context follow from the names of the hooks.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming every field that is wrong
 */
export function definePlugin(plugin: PluginInput): Plugin {
  const checked = check(plugin);
  if (checked.success)
    return Object.freeze({ ...checked.data, hooks: { ...plugin.hooks } }) as Plugin;
  const name = isRecord(plugin) && typeof plugin.name === "string" ? plugin.name : "";
  const what = name.trim() === "" ? "A plugin is invalid" : `Plugin ${name} is invalid`;
  throw invalidInput(what, name, issuesOf(checked.error.issues));
}

function check(plugin: PluginInput): ReturnType<typeof pluginSchema.safeParse> {
  try {
    return pluginSchema.safeParse(plugin);
  } catch (cause) {
    const issue = { path: "", message: "cannot be read: a getter throws" };
    throw invalidInput("A plugin is invalid", "", [issue], cause);
  }
}

function hookProblem(type: string, handler: unknown): string | undefined {
  if (findHook(type) === undefined) return "is no hook that hosts know; mend its spelling";
  return typeof handler === "function" ? undefined : "must be a function";
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
