import { parseArgs } from "node:util";
import { UsageError } from "../demo/usage-error.ts";

/** What is asked of the plugins of a host's own configuration. */
export interface AskOptions {
  readonly config: string;
  readonly hook: string;
  /** File of a JSON object: the payload of the hook */
  readonly payload: string;
  /** File of a JSON object: the context of the request. By default an empty one with a new request id */
  readonly context: string | undefined;
  /** Names of the plugins that are asked. By default all */
  readonly plugins: readonly string[];
}

export const askHelpText = `
Or asks the plugins of your own host, and prints their answers as JSON:

  npm start -- --config <file> --hook <name> --payload <file> [--context <file>] [--plugin <name>]…

  --config <file>   a configuration with plugins, in YAML or JSON, or with mcpServers
  --hook <name>     such as tool_pre_invoke
  --payload <file>  the payload of the hook, a JSON object
  --context <file>  the context of the request, a JSON object (default: an empty one)
  --plugin <name>   ask this one only; may be repeated

Exit codes: 0 every plugin that was asked has answered, 1 one has not or none was asked, 2 wrong options,
configuration or input, 130 ended by Ctrl-C.
`;

const names = ["config", "hook", "payload", "context", "plugin"];

/** Whether the arguments are for this, and not for the demonstration. */
export function areForAsking(args: readonly string[]): boolean {
  return args.some((arg) =>
    names.some((name) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
}

/** @throws UsageError */
export function readAskOptions(args: readonly string[]): AskOptions {
  const { config, hook, payload, context, plugin } = parse(args);
  const missing = Object.entries({ config, hook, payload })
    .filter(([, value]) => value === undefined || value === "")
    .map(([name]) => `--${name}`);
  if (config === undefined || hook === undefined || payload === undefined || missing.length > 0)
    throw new UsageError(`${missing.join(", ")} must be given too; see npm start -- --help`);
  return { config, hook, payload, context, plugins: plugin };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        hook: { type: "string" },
        payload: { type: "string" },
        context: { type: "string" },
        plugin: { type: "string", multiple: true, default: [] },
        // Asking prints nothing else.
        json: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    const [problem] = error instanceof Error ? error.message.split(/\.(?:\s|$)/) : [];
    throw new UsageError(`${problem}; see npm start -- --help`, { cause: error });
  }
}
