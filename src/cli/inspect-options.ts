import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export interface InspectCommand {
  readonly demo: boolean;
  readonly port: number;
  readonly allowControl: boolean;
  readonly open: boolean;
}

/** @throws UsageError */
export function readInspectOptions(args: readonly string[]): InspectCommand {
  const { demo, port, open, "allow-control": allowControl } = parse(args);
  if (!demo) throw new UsageError("Say what is to be inspected: --demo");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError("--port must be a number up to 65535");
  return { demo, port: Number(port), allowControl, open };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
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
