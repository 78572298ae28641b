import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export interface InspectCommand {
  /** The file of a host's configuration; undefined for the demonstration */
  readonly config: string | undefined;
  readonly port: number;
  readonly allowControl: boolean;
  readonly open: boolean;
}

/** @throws UsageError */
export function readInspectOptions(args: readonly string[]): InspectCommand {
  const { config, demo, port, open, "allow-control": allowControl } = parse(args);
  if (demo === (config !== undefined))
    throw new UsageError("Say what is to be inspected: --config <file>, or --demo");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError("--port must be a number up to 65535");
  return { config, port: Number(port), allowControl, open };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        demo: { type: "boolean", default: false },
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
