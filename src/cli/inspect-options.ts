import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

/** What is inspected: the plugins of a host's configuration, a demonstration, or a trace of the past. */
export type InspectSource =
  | { readonly kind: "config"; readonly file: string }
  | { readonly kind: "demo" }
  | { readonly kind: "trace"; readonly file: string };

export interface InspectCommand {
  readonly source: InspectSource;
  readonly port: number;
  readonly allowControl: boolean;
  readonly open: boolean;
}

/** @throws UsageError */
export function readInspectOptions(args: readonly string[]): InspectCommand {
  const { config, demo, trace, port, open, "allow-control": allowControl } = parse(args);
  const sources: InspectSource[] = [
    ...(config === undefined ? [] : [{ kind: "config", file: config } as const]),
    ...(demo ? [{ kind: "demo" } as const] : []),
    ...(trace === undefined ? [] : [{ kind: "trace", file: trace } as const]),
  ];
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    throw new UsageError("Name one thing to inspect: --config <file>, --trace <file> or --demo");
  if (source.kind === "trace" && allowControl)
    throw new UsageError("--allow-control makes no sense with --trace: the past cannot be steered");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError("--port must be a number up to 65535");
  return { source, port: Number(port), allowControl, open };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        demo: { type: "boolean", default: false },
        trace: { type: "string" },
        port: { type: "string", default: "0" },
        "allow-control": { type: "boolean", default: false },
        open: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    const [problem] = error instanceof Error ? error.message.split(/\.(?:\s|$)/) : [];
    throw new UsageError(`${problem}; see mcp-tether --help`, { cause: error });
  }
}
