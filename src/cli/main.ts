#!/usr/bin/env node
import { PluginError } from "../errors.ts";
import { packageVersion } from "../package-version.ts";
import { readInspectOptions } from "./inspect-options.ts";
import { UsageError } from "./usage-error.ts";

const helpText = `Usage: mcp-tether inspect (--config <file> | --demo | --trace <file>) [options]

Runs plugins, and shows on a page of this machine what they are doing, what they did, and what they could do next.

  --config <file>  the external plugins of a host's configuration (YAML or JSON, as ContextForge and CPEX have it)
  --demo           made-up plugins that crash, hang and recover, with calls to show it
  --trace <file>   what somebody has saved from such a page
  --allow-control  let the page start, stop and reconnect them
  --port <number>  where the page is served, on 127.0.0.1 (default: any that is free)
  --open           open the page in a browser
  --help           print this
  --version        print the version

Exit codes: 0 ended by Ctrl-C, 1 something went wrong, 2 wrong options.
`;

/** Ends with the first signal; a second one does not wait for the plugins. */
function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => controller.abort());
  return controller.signal;
}

async function runInspect(args: readonly string[]): Promise<void> {
  const options = readInspectOptions(args);
  const end = untilSignal();
  // Whoever only asks for help does not wait for everything else.
  const { inspect } = await import("./inspect.ts");
  await inspect(options, end);
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  try {
    if (command === "--version") process.stdout.write(`${packageVersion}\n`);
    else if (command === undefined || command === "--help" || args.includes("--help"))
      process.stdout.write(helpText);
    else if (command === "inspect") await runInspect(args);
    else throw new UsageError(`There is no command ${command}; see mcp-tether --help`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !PluginError.is(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
