import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = ReturnType<
  typeof parseArgs<{ readonly options: T; readonly strict: true }>
>["values"];

/**
 * What one of this project's programs was called with. Ends the process with the usage when that was asked for, and with
 * code 2 when an option makes no sense.
 */
export function readArguments<const T extends Options>(usage: string, options: T): Values<T> {
  if (process.argv.includes("--help")) {
    process.stdout.write(`Usage: ${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs({ options, strict: true }).values as Values<T>;
  } catch (error) {
    return refuse(error instanceof Error ? (error.message.split(/\.(?:\s|$)/)[0] ?? "") : "");
  }
}

/** Of an option that is given as text. Ends the process like `readArguments` if it is none, or too small. */
export function wholeNumber<K extends string>(
  values: Readonly<Partial<Record<K, unknown>>>,
  name: K,
  least = 1,
): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${name} must be a whole number of at least ${least}`);
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}; see --help\n`);
  process.exit(2);
}
