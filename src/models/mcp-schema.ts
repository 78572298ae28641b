import { z } from "zod";
import { isRecord } from "./records.ts";

/** The `mcp` section with every field of its type; null and undefined are not given. The fields are not yet compared. */
export interface McpShape {
  readonly proto: "STDIO" | "STREAMABLEHTTP";
  readonly url?: string | null | undefined;
  readonly script?: string | null | undefined;
  readonly cmd?: readonly string[] | null | undefined;
  readonly env?: Readonly<Record<string, string>> | null | undefined;
  readonly cwd?: string | null | undefined;
  readonly uds?: string | null | undefined;
  readonly tls?: TlsShape | null | undefined;
  readonly reconnect_attempts: number;
  readonly reconnect_delay: number;
}

export interface TlsShape {
  readonly certfile?: string | null | undefined;
  readonly keyfile?: string | null | undefined;
  readonly keyfile_password?: string | null | undefined;
  readonly ca_bundle?: string | null | undefined;
  readonly verify: boolean;
  readonly check_hostname: boolean;
}

const unusable: readonly unknown[] = ["SSE", "HTTP", "GRPC"];

function protoProblem({ input }: { readonly input?: unknown }): string {
  const advice = "write STREAMABLEHTTP for a server over HTTP, or STDIO for a command";
  if (input === undefined || input === null) return `is missing: ${advice}`;
  if (unusable.includes(input)) return `${input} is not supported: ${advice}`;
  return `must be STREAMABLEHTTP or STDIO, in upper case: ${advice}`;
}

// To the operating system a text ends at its first NUL.
const noNul = (value: string): boolean => !value.includes("\0");
const hasNul = "must not contain a NUL character";

const text = z.string("must be a text").refine(noNul, hasNul);
// Whether it exists is found out when the process is started.
const cwd = text.refine((value) => value === "" || value.trim() !== "", {
  error: ({ input }) => `MCP stdio cwd ${input} does not exist or is not a directory.`,
});

const emptyCmd = "MCP stdio cmd must be a non-empty list.";
const blankEntry = "MCP stdio cmd entries must be non-empty strings.";
const cmd = z
  .array(
    z
      .string(blankEntry)
      .refine((entry) => entry.trim() !== "", blankEntry)
      .refine(noNul, hasNul),
    emptyCmd,
  )
  .min(1, emptyCmd);

const emptyEnv = "MCP stdio env must be a non-empty dict.";
const env = z
  .custom<Record<string, string>>(isRecord, emptyEnv)
  .superRefine((variables, context) => {
    const entries = Object.entries(variables);
    if (entries.length === 0) context.addIssue({ code: "custom", message: emptyEnv });
    for (const [name, value] of entries) {
      const message = variableProblem(name, value);
      if (message !== undefined)
        context.addIssue({ code: "custom", path: name === "" ? [] : [name], message });
    }
  });

function variableProblem(name: string, value: unknown): string | undefined {
  if (name.trim() === "") return "MCP stdio env keys must be non-empty strings.";
  if (/[=\0]/.test(name)) return "is no name of a variable: it must contain neither = nor NUL";
  if (typeof value !== "string") return "Input should be a valid string; put it in quotes";
  return noNul(value) ? undefined : hasNul;
}

const tls = z.object(
  {
    certfile: text.nullish(),
    keyfile: text.nullish(),
    keyfile_password: z.string("must be a text").nullish(),
    ca_bundle: text.nullish(),
    verify: z.boolean("must be true or false").default(true),
    check_hostname: z.boolean("must be true or false").default(true),
  },
  "must be an object",
);

const attempts = "must be a whole number of attempts, 0 or more";
const delay = "must be a number of seconds, 0 or more";

export const mcpSchema: z.ZodType<McpShape> = z.object(
  {
    proto: z.enum(["STDIO", "STREAMABLEHTTP"], { error: protoProblem }),
    url: z.string("must be a text").nullish(),
    script: text.nullish(),
    cmd: cmd.nullish(),
    env: env.nullish(),
    cwd: cwd.nullish(),
    uds: text.nullish(),
    tls: tls.nullish(),
    reconnect_attempts: z.int(attempts).min(0, attempts).default(3),
    reconnect_delay: z.number(delay).min(0, delay).default(0.1),
  },
  "must be an object with proto, and url or cmd",
);
