import type { ExternalPlugin } from "mcp-tether";
import { Calls } from "./calls.ts";
import { checkRun } from "./checks.ts";
import { Gateway } from "./gateway.ts";
import type { DemoInput } from "./input-folder.ts";
import { KillInCall } from "./kill-in-call.ts";
import type { LedgerFile } from "./ledger-file.ts";
import type { DemoOptions } from "./options.ts";
import { makePlan, type Plan } from "./plan.ts";
import { createGuard, createMasker, watchPlugin } from "./plugins.ts";
import { PolicyRestart } from "./policy-restart.ts";
import { PolicyServer } from "./policy-server.ts";
import { childrenLeft } from "./process-table.ts";
import type { Reporter } from "./report.ts";
import type { Statistics } from "./statistics.ts";
import { untilAborted } from "./until-aborted.ts";

export interface DemoParts {
  readonly options: DemoOptions;
  readonly input: DemoInput;
  readonly ledger: LedgerFile;
  readonly reporter: Reporter;
  readonly statistics: Statistics;
  /** Told of every plugin before it is started */
  readonly watch: (plugin: ExternalPlugin) => void;
  /** Aborted when somebody wants it to end */
  readonly signal: AbortSignal;
}

// More than the plugins take at a time: some of the calls always wait.
const workerCount = 4;

/** The whole run. Resolves with whether all is as it must be. @throws the signal's reason, when all is cleaned up */
export async function runDemo(parts: DemoParts): Promise<boolean> {
  const { input, options, reporter, ledger, statistics } = parts;
  const plan = makePlan(input, options.seed);
  const kill = new KillInCall(plan, ledger, reporter);
  // An error of ours ends the rest as well.
  const failure = new AbortController();
  const signal = AbortSignal.any([parts.signal, failure.signal]);
  const calls = new Calls(reporter, signal);
  const server = await PolicyServer.start({ ledger: ledger.path, port: 0, signal });
  reporter.report({ type: "process", process: "policy server", event: "started", pid: server.pid });
  const masker = createMasker(ledger.path);
  const guard = createGuard(server.url);
  const restart = new PolicyRestart({ guard, server, ledger: ledger.path, reporter, signal });
  try {
    for (const plugin of [masker, guard]) {
      watchPlugin(plugin, reporter);
      parts.watch(plugin);
    }
    await Promise.all([masker, guard].map((plugin) => plugin.initialize({ signal })));
    const gateway = new Gateway({ masker, guard, calls, kill, restart });
    await work({ plan, calls, gateway, restart, kill, masker, reporter, signal });
  } catch (error) {
    failure.abort(error);
    // What a call rejects with when it is aborted is only how it heard of it.
    parts.signal.throwIfAborted();
    throw error;
  } finally {
    await Promise.all([masker.shutdown(), guard.shutdown().then(() => restart.stop())]);
  }
  parts.signal.throwIfAborted();
  const numbers = statistics.numbers();
  const left = childrenLeft(ledger.path).length;
  const checks = checkRun({
    ends: calls.ends,
    ledger: ledger.read(),
    killed: kill.killed,
    recoveries: numbers.recoveries,
    childrenLeft: left,
  });
  const ok = checks.every((check) => check.ok);
  const file = options.ledger ?? null;
  reporter.report({ type: "summary", ok, ...numbers, checks, childrenLeft: left, ledger: file });
  return ok;
}

interface WorkParts {
  readonly plan: Plan;
  readonly calls: Calls;
  readonly gateway: Gateway;
  readonly restart: PolicyRestart;
  readonly kill: KillInCall;
  readonly masker: ExternalPlugin;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Does all jobs, several at a time, and disturbs them where the plan says so. */
async function work(parts: WorkParts): Promise<void> {
  const { plan, calls, gateway, restart, kill, masker, reporter, signal } = parts;
  const jobs = plan.jobs.values();
  let done = 0;
  const progress = (): void =>
    reporter.progress({ done, total: plan.jobs.length, open: [...calls.open.values()] });
  const worker = async (): Promise<void> => {
    for (const job of jobs) {
      signal.throwIfAborted();
      progress();
      if (job === plan.restartAt) {
        // One thing at a time: first the masker is to be back.
        await untilAborted(signal, kill.over);
        await masker.waitForReady({ signal });
        await restart.kill();
      }
      await gateway.process(job);
      done += 1;
      progress();
    }
  };
  await Promise.all(Array.from({ length: workerCount }, worker));
  await restart.finished();
}
