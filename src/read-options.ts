import { z } from "zod";
import { clockMethods } from "./call-options.ts";
import { type Clock, realClock } from "./clock.ts";
import { type InputIssue, PluginError } from "./errors.ts";
import { hasMethods } from "./has-methods.ts";
import { guardLogger, type Logger, silentLogger } from "./logger.ts";
import { largestMessageBytes, messageLimitMessage } from "./message-limit.ts";
import type {
  CommandPolicy,
  HeadersOption,
  InspectObserver,
  PluginOptions,
  ReplayPolicy,
  UrlPolicy,
} from "./options.ts";
import { isTimer, longestTimerMs, timerMessage } from "./timer-range.ts";
import { type World, worldOf } from "./world.ts";

export interface BackoffChoice {
  readonly kind: "linear" | "exponential";
  readonly attempts?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly factor?: number | undefined;
  readonly maxMs?: number | undefined;
}

/** The options with every default that does not depend on the plugin's configuration. */
export interface ResolvedOptions {
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly maxQueueBytes: number;
  readonly maxMessageBytes: number;
  readonly openMs: number;
  readonly initializeMs: number;
  readonly fetchConfigMs: number;
  readonly callMs: number;
  readonly http: {
    readonly connectMs?: number | undefined;
    readonly maxConnections?: number | undefined;
    readonly keepAliveMs?: number | undefined;
  };
  readonly startAttempts?: number | undefined;
  readonly backoff?: BackoffChoice | undefined;
  readonly restartLimit: { readonly losses: number; readonly withinMs: number };
  readonly stableAfterMs: number;
  readonly onExhausted: "coolDown" | "terminate";
  readonly stopGraceMs: number;
  readonly abandonGraceMs: number;
  readonly idleTimeoutMs: number | null;
  readonly lazy: boolean;
  readonly replay: ReplayPolicy;
  readonly validation: "strict" | "reference";
  readonly configUpdates: "pin" | "accept";
  readonly unsafeNumbers: "reject" | "round";
  readonly inheritEnv: boolean;
  readonly envAllow: readonly string[];
  readonly python: string;
  readonly headers?: HeadersOption | undefined;
  readonly commandPolicy?: CommandPolicy | undefined;
  readonly urlPolicy?: UrlPolicy | undefined;
  readonly onStderr?: ((text: string) => void) | undefined;
  readonly exposePluginText: boolean;
  readonly logger: Logger;
  readonly inspect?: InspectObserver | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly world?: World | undefined;
}

const timer = z.custom<number>(isTimer, timerMessage);
const whole = z.int("must be a whole number");
const count = whole.min(1, "must be at least 1");
const amount = whole.min(0, "must not be negative");
const flag = z.boolean("must be true or false").default(false);
const choice = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, `must be one of ${words.join(", ")}`).default(words[0]);
const callback = <T>() =>
  z.custom<T>((value) => typeof value === "function", "must be a function").optional();
const withMethods = <T>(...methods: readonly string[]) =>
  z.custom<T>((value) => hasMethods(value, methods), `must have methods ${methods.join(", ")}`);

const phaseTimeouts = z.strictObject(
  {
    openMs: timer.default(10_000),
    initializeMs: timer.default(30_000),
    fetchConfigMs: timer.default(10_000),
    callMs: timer.default(30_000),
  },
  "must be an object of times in milliseconds",
);

const http = z.strictObject(
  {
    connectMs: timer.optional(),
    maxConnections: count.optional(),
    keepAliveMs: timer.optional(),
  },
  "must be an object with connectMs, maxConnections or keepAliveMs",
);

const backoff = z.strictObject(
  {
    kind: z.enum(["linear", "exponential"], "must be linear or exponential"),
    attempts: amount.optional(),
    delayMs: z
      .number("must be a number of milliseconds")
      .min(0, "must not be negative")
      .max(longestTimerMs, timerMessage)
      .optional(),
    factor: z.number("must be a number").min(1, "must be at least 1").max(1_000).optional(),
    maxMs: timer.optional(),
  },
  "must be an object with kind",
);

/** The first word of each choice is its default. */
const schema = z.strictObject(
  {
    maxInFlight: count.default(1),
    maxQueue: amount.default(1_000),
    maxQueueBytes: count.default(64 * 1_024 * 1_024),
    maxMessageBytes: count
      .max(largestMessageBytes, messageLimitMessage)
      .default(16 * 1_024 * 1_024),
    timeouts: phaseTimeouts.default(() => phaseTimeouts.parse({})),
    http: http.default({}),
    startAttempts: count.optional(),
    backoff: backoff.optional(),
    restartLimit: z
      .strictObject(
        { losses: count, withinMs: timer },
        "must be an object with losses and withinMs",
      )
      .default(() => ({ losses: 5, withinMs: 10_000 })),
    stableAfterMs: timer.default(10_000),
    onExhausted: choice("coolDown", "terminate"),
    stopGraceMs: timer.default(1_500),
    abandonGraceMs: timer.default(5_000),
    idleTimeoutMs: timer.nullable().default(null),
    lazy: flag,
    replay: choice("provable", "once", "never"),
    validation: choice("strict", "reference"),
    configUpdates: choice("pin", "accept"),
    unsafeNumbers: choice("reject", "round"),
    inheritEnv: flag,
    envAllow: z
      .array(z.string("must be a text").min(1, "must not be empty"), "must be a list of names")
      .default(() => []),
    python: z.string("must be a text").min(1, "must not be empty").default("python3"),
    headers: z
      .custom<HeadersOption>(isHeaders, "must be an object of texts, or a function that makes one")
      .optional(),
    commandPolicy: callback<CommandPolicy>(),
    urlPolicy: callback<UrlPolicy>(),
    onStderr: callback<(text: string) => void>(),
    exposePluginText: flag,
    logger: withMethods<Logger>("debug", "info", "warn", "error").default(() => silentLogger),
    inspect: z
      .custom<InspectObserver>(isObserver, "must be a function, or an object with next")
      .optional(),
    clock: withMethods<Clock>(...clockMethods).default(() => realClock),
    random: z
      .custom<() => number>((value) => typeof value === "function", "must be a function")
      .default(() => Math.random),
  },
  "must be an object",
);

/**
 * Checks what a host says of how a connection is to behave, and fills in the defaults.
 *
 * @throws PluginError `CONFIG_INVALID`, with `issues` naming everything that is wrong
 */
export function readOptions(plugin: string, options: PluginOptions = {}): ResolvedOptions {
  try {
    return read(plugin, options);
  } catch (thrown) {
    if (PluginError.is(thrown)) throw thrown;
    const message = "must be an object whose members can be read";
    throw invalidOptions(plugin, [{ path: "", message }], thrown);
  }
}

function read(plugin: string, options: PluginOptions): ResolvedOptions {
  const checked = schema.safeParse(options);
  if (!checked.success) throw invalidOptions(plugin, checked.error.issues.flatMap(asIssues));
  const { timeouts, logger, ...rest } = checked.data;
  return { ...rest, ...timeouts, logger: guardLogger(logger), world: worldOf(options) };
}

function isObserver(value: unknown): boolean {
  if (typeof value === "function") return true;
  return (
    typeof value === "object" &&
    value !== null &&
    "next" in value &&
    typeof value.next === "function"
  );
}

function isHeaders(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === "string");
}

function asIssues(issue: z.core.$ZodIssue): InputIssue[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...path, key].join("."),
    message: "is not an option; mend its spelling",
  }));
}

function invalidOptions(
  plugin: string,
  issues: readonly InputIssue[],
  cause?: unknown,
): PluginError {
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path} ${message}`));
  return new PluginError({
    code: "CONFIG_INVALID",
    message: `The options of plugin ${plugin} are invalid: ${list.join("; ")}`,
    plugin,
    phase: "configuring",
    issues,
    cause,
  });
}
