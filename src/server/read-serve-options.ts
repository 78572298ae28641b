import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { hasMethods } from "../has-methods.ts";
import { guardLogger, type Logger, silentLogger } from "../logger.ts";
import { largestMessageBytes, messageLimitMessage } from "../message-limit.ts";
import type { HookErrorListener } from "./hook-report.ts";
import { parseHost } from "./http/host-policy.ts";
import { healthPath } from "./http/http-endpoint.ts";
import type { HttpSettings } from "./http/serve-http.ts";
import type { ServerTlsOptions } from "./http/tls.ts";
import { invalidOptions, issuesOf } from "./invalid-input.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { CommonSettings } from "./serve-settings.ts";

const maxTimerMs = 2 ** 31 - 1;
/** There is room for so many messages of the largest size. */
const messagesInFlight = 16;
const milliseconds = (min: number) => {
  const message = `must be a number of milliseconds from ${min} to ${maxTimerMs}`;
  return z.number(message).min(min, message).max(maxTimerMs, message).optional();
};
const count = z.int("must be a whole number").min(1, "must be at least 1");
const portMessage = "must be a whole number from 0 to 65535";
const flag = z.boolean("must be true or false").optional();
const text = z.string("must be a text").min(1, "must not be empty");

const file = text.refine(isFile, {
  error: ({ input }) => `TLS file path does not exist: ${String(input)}`,
});

const tls = z
  .strictObject({
    certfile: file.optional(),
    keyfile: file.optional(),
    ca_bundle: file.optional(),
    keyfile_password: text.optional(),
    ssl_cert_reqs: z.literal([0, 1, 2], "must be 0, 1 or 2").optional(),
  })
  .superRefine(({ certfile, keyfile, ca_bundle, ssl_cert_reqs }, context) => {
    if (certfile === undefined) {
      const message = keyfile
        ? "keyfile requires certfile to be specified"
        : "is needed to serve over TLS";
      context.addIssue({ code: "custom", path: ["certfile"], message });
    }
    if (ssl_cert_reqs !== undefined && ssl_cert_reqs > 0 && ca_bundle === undefined)
      context.addIssue({
        code: "custom",
        path: ["ca_bundle"],
        message: "is needed to check client certificates",
      });
  });

const common = {
  maxMessageBytes: count.max(largestMessageBytes, messageLimitMessage).optional(),
  maxInFlight: count.optional(),
  drainMs: milliseconds(0),
  handleSignals: flag,
  log: z.custom<Logger>(isLogger, "must have the methods debug, info, warn and error").optional(),
  onHookError: z
    .custom<HookErrorListener>((value) => typeof value === "function", "must be a function")
    .optional(),
};

const stdioSchema = z.strictObject({ transport: z.literal("stdio"), ...common });

const httpSchema = z
  .strictObject({
    transport: z.literal("http"),
    ...common,
    host: text.optional(),
    port: z.int(portMessage).min(0, portMessage).max(65_535, portMessage).optional(),
    uds: text
      .refine((path) => existsSync(dirname(path)), "its directory does not exist; create it")
      .refine((path) => !path.includes("\0"), "must not hold a NUL character")
      .refine((path) => Buffer.byteLength(path) <= 103, "is too long for a socket; shorten it")
      .optional(),
    path: z
      .string("must be a text")
      .regex(/^\/([\w\-./~]*[\w\-.~])?$/, "must start with / and not end with it, such as /mcp")
      .refine((path) => path !== healthPath, "is where the server says how it is; choose another")
      .optional(),
    tls: tls.optional(),
    stateless: flag,
    jsonResponse: flag,
    allowedHosts: z
      .array(
        text.refine((host) => parseHost(host) !== undefined, "must be a host, or host:port"),
        "must be a list of hosts",
      )
      .min(1, "must name a host, or be left out")
      .optional(),
    sessionIdleMs: milliseconds(1),
    maxSessions: count.optional(),
  })
  .superRefine((options, context) => {
    if (options.tls !== undefined && options.uds !== undefined)
      context.addIssue({
        code: "custom",
        path: ["tls"],
        message: "TLS configuration is not supported for Unix domain sockets.",
      });
  });

const schema = z.discriminatedUnion("transport", [stdioSchema, httpSchema], {
  error: "transport must be stdio or http",
});

export type ServeSettings =
  | ({ readonly transport: "stdio" } & CommonSettings)
  | ({ readonly transport: "http" } & HttpSettings);

/** The options with their defaults. Throws `CONFIG_INVALID` with all that is wrong with them. */
export function readServeOptions(options: ServeOptions): ServeSettings {
  const data = check(options);
  const maxMessageBytes = data.maxMessageBytes ?? 16 * 1024 * 1024;
  const settings = {
    maxMessageBytes,
    maxInFlight: data.maxInFlight ?? 1_000,
    maxInFlightBytes: messagesInFlight * maxMessageBytes,
    drainMs: data.drainMs ?? 5_000,
    handleSignals: data.handleSignals ?? true,
    log: guardLogger(data.log ?? silentLogger),
    onHookError: data.onHookError,
  };
  if (data.transport === "stdio") return { transport: "stdio", ...settings };
  return {
    transport: "http",
    ...settings,
    host: data.host ?? "127.0.0.1",
    port: data.port ?? 8_000,
    uds: data.uds,
    path: data.path ?? "/mcp",
    tls: data.tls as ServerTlsOptions | undefined,
    stateless: data.stateless ?? false,
    jsonResponse: data.jsonResponse ?? false,
    allowedHosts: data.allowedHosts,
    sessionIdleMs: data.sessionIdleMs ?? 30 * 60_000,
    maxSessions: data.maxSessions ?? 10_000,
  };
}

function check(options: ServeOptions): z.infer<typeof schema> {
  let checked: ReturnType<typeof schema.safeParse>;
  try {
    checked = schema.safeParse(options);
  } catch (thrown) {
    const message = "must be an object whose members can be read";
    throw invalidOptions([{ path: "", message }], thrown);
  }
  if (!checked.success) throw invalidOptions(issuesOf(checked.error.issues));
  return checked.data;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isLogger(value: unknown): boolean {
  return hasMethods(value, ["debug", "info", "warn", "error"]);
}
