import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export interface DemoOptions {
  /** Folder of documents and tool calls */
  readonly input: string;
  /** Decides the order of the work, which call is killed, and when the policy server is restarted */
  readonly seed: number;
  /** JSON lines instead of a timeline */
  readonly json: boolean;
  /** Where the plugins keep their ledger. By default a temporary file, removed at the end */
  readonly ledger: string | undefined;
  /** Show the plugins on a page of this machine */
  readonly inspect: boolean;
  /** Open that page in a browser */
  readonly open: boolean;
  readonly help: boolean;
}

// From dist/examples/demo/, where this runs.
const defaultInput = fileURLToPath(new URL("../../../examples/input", import.meta.url));

export const helpText = `Usage: npm start -- [options]

Sends documents and tool calls through two external plugins: a masker of personal data over stdio and
a policy guard over HTTP. Kills the one in the middle of a call, restarts the server of the other, and
proves from a ledger that the plugins keep that nothing was lost and nothing ran twice.

  --input <folder>  documents and tool calls (default: examples/input; examples/README.md has the format)
  --seed <number>   decides the order of the work, and when things go wrong (default: 1)
  --json            print JSON lines instead of the timeline
  --ledger <file>   keep the ledger in this new file (default: a temporary one, removed at the end)
  --inspect         show the plugins live on a page of this machine, whose address is printed
  --open            open that page in a browser
  --help            print this

Exit codes: 0 all checks hold, 1 a check failed, 2 wrong options or input, 130 ended by Ctrl-C.
`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): DemoOptions {
  const { input, seed, json, ledger, inspect, open, help } = parse(args);
  if (!/^\d{1,15}$/.test(seed)) throw new UsageError("--seed must be a whole number");
  if (input === "") throw new UsageError("--input must name a folder");
  if (ledger === "") throw new UsageError("--ledger must name a file");
  return { input, seed: Number(seed), json, ledger, inspect: inspect || open, open, help };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        input: { type: "string", default: defaultInput },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        ledger: { type: "string" },
        inspect: { type: "boolean", default: false },
        open: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    const [problem] = error instanceof Error ? error.message.split(/\.(?:\s|$)/) : [];
    throw new UsageError(`${problem}; see npm start -- --help`, { cause: error });
  }
}
