import type { AppliedTo } from "./applied-to.ts";

/** Both generations of the reference: the first four are ContextForge's, and `disabled` and the rest CPEX's. */
export type PluginMode =
  | "enforce"
  | "enforce_ignore_error"
  | "permissive"
  | "disabled"
  | "sequential"
  | "transform"
  | "audit"
  | "concurrent"
  | "fire_and_forget";

export type PluginOnError = "fail" | "ignore" | "disable";

/** When a plugin is to run. All fields of a condition must be met, and one condition of a list. Null does not count. */
export interface PluginCondition {
  readonly server_ids?: readonly string[] | null | undefined;
  readonly tenant_ids?: readonly string[] | null | undefined;
  readonly tools?: readonly string[] | null | undefined;
  readonly prompts?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  readonly agents?: readonly string[] | null | undefined;
  readonly user_patterns?: readonly string[] | null | undefined;
  /** Read in lower case, and without parameters such as `charset` */
  readonly content_types?: readonly string[] | null | undefined;
}

/** TLS of a connection. The files are named relative to the working directory, or from `~`. */
export interface McpTlsInput {
  /** Client certificate, PEM */
  readonly certfile?: string | null | undefined;
  /** Its key, if it is not in the same file */
  readonly keyfile?: string | null | undefined;
  readonly keyfile_password?: string | null | undefined;
  /** Authorities that are trusted besides the system's, PEM */
  readonly ca_bundle?: string | null | undefined;
  /** Default true */
  readonly verify?: boolean | undefined;
  /** Default true */
  readonly check_hostname?: boolean | undefined;
}

interface ReconnectInput {
  /** Attempts in a burst after a loss. Default 3 */
  readonly reconnect_attempts?: number | undefined;
  /** Seconds that are waited before the second attempt; each further one waits so much longer. Default 0.1 */
  readonly reconnect_delay?: number | undefined;
}

/** How to run a plugin server as a child process: either `cmd` or `script`. */
export interface StdioMcpInput extends ReconnectInput {
  readonly proto: "STDIO";
  /** Command and its arguments */
  readonly cmd?: readonly string[] | null | undefined;
  /** A .py, .js or .sh file, or anything executable */
  readonly script?: string | null | undefined;
  /** Variables besides the short list that every child gets */
  readonly env?: Readonly<Record<string, string>> | null | undefined;
  readonly cwd?: string | null | undefined;
}

/** How to reach a plugin server over HTTP. */
export interface HttpMcpInput extends ReconnectInput {
  readonly proto: "STREAMABLEHTTP";
  readonly url: string;
  /** Path of a Unix domain socket that `url` is asked through. Without TLS */
  readonly uds?: string | null | undefined;
  readonly tls?: McpTlsInput | null | undefined;
}

export type McpInput = StdioMcpInput | HttpMcpInput;

/**
 * What a host says of an external plugin, in the names of the wire. All but `name`, `kind` and `mcp` may be left to the
 * server's configuration; what is given here takes the place of what the server says.
 */
export interface PluginConfigInput {
  /** Equals the name on the server, upper and lower case included */
  readonly name: string;
  readonly kind: "external";
  readonly mcp: McpInput;
  readonly description?: string | null | undefined;
  readonly author?: string | null | undefined;
  readonly namespace?: string | null | undefined;
  readonly version?: string | null | undefined;
  readonly hooks?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly mode?: PluginMode | undefined;
  readonly on_error?: PluginOnError | undefined;
  /** A whole number; lower runs first */
  readonly priority?: number | undefined;
  readonly max_content_size?: number | undefined;
  readonly conditions?: readonly PluginCondition[] | undefined;
  readonly applied_to?: AppliedTo | null | undefined;
  readonly capabilities?: readonly string[] | undefined;
}

export interface McpTlsConfig {
  /** Absolute, as the other paths */
  readonly certfile?: string;
  readonly keyfile?: string;
  readonly keyfile_password?: string;
  readonly ca_bundle?: string;
  readonly verify: boolean;
  readonly check_hostname: boolean;
}

interface ReconnectConfig {
  readonly reconnect_attempts: number;
  /** Seconds */
  readonly reconnect_delay: number;
}

export interface StdioMcpConfig extends ReconnectConfig {
  readonly proto: "STDIO";
  readonly cmd?: readonly string[];
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface HttpMcpConfig extends ReconnectConfig {
  readonly proto: "STREAMABLEHTTP";
  readonly url: string;
  /** Absolute */
  readonly uds?: string;
  readonly tls?: McpTlsConfig;
}

export type McpConfig = StdioMcpConfig | HttpMcpConfig;

/** A plugin's configuration with every field: what the host gave, over what the server says, over the defaults. */
export interface PluginConfig {
  readonly name: string;
  readonly description: string | null;
  readonly author: string | null;
  readonly kind: "external";
  readonly namespace: string | null;
  readonly version: string | null;
  readonly hooks: readonly string[];
  readonly tags: readonly string[];
  /** As it was written, in the words of either generation. Default `sequential`, which CPEX makes of `enforce` */
  readonly mode: PluginMode;
  /** Default `fail`; `ignore` where the mode is `enforce_ignore_error` */
  readonly on_error: PluginOnError;
  /** Default 100 */
  readonly priority: number;
  /** Bytes. Default 10 000 000 */
  readonly max_content_size: number;
  readonly conditions: readonly PluginCondition[];
  readonly applied_to: AppliedTo | null;
  readonly capabilities: readonly string[];
  /** The plugin's own settings, which only its server has */
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly mcp: McpConfig;
}
