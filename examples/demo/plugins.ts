import { fileURLToPath } from "node:url";
import { ExternalPlugin } from "mcp-tether";
import { ledgerVariable } from "../plugins/ledger.ts";
import type { Reporter } from "./report.ts";

const maskerScript = fileURLToPath(new URL("../plugins/pii/server.js", import.meta.url));

// Three steps of this length are the longest that stopping may take, and Ctrl-C has five seconds.
const stopGraceMs = 1_000;
const callMs = 60_000;
// An export is longer than what hosts usually send.
const maxMessageBytes = 64 * 1024 * 1024;

/** Masks personal data. Its server is a child process that speaks over its pipes. */
export function createMasker(ledger: string): ExternalPlugin {
  return new ExternalPlugin(
    {
      name: "PiiMasker",
      kind: "external",
      mcp: {
        proto: "STDIO",
        cmd: [process.execPath, maskerScript],
        env: { [ledgerVariable]: ledger },
      },
    },
    { stopGraceMs, maxMessageBytes, timeouts: { callMs } },
  );
}

/** Guards tools. Its server is somewhere else, and speaks HTTP. */
export function createGuard(url: string): ExternalPlugin {
  return new ExternalPlugin(
    { name: "PolicyGuard", kind: "external", mcp: { proto: "STREAMABLEHTTP", url } },
    { stopGraceMs, timeouts: { callMs } },
  );
}

/** Reports what a plugin goes through. */
export function watchPlugin(plugin: ExternalPlugin, { report }: Reporter): void {
  const { name } = plugin;
  let lostAt: number | undefined;
  plugin.on("stateChange", ({ from, to, generation }) => {
    report({ type: "state", plugin: name, from, to, generation });
    if (isReady(from) && (to === "closing" || to === "reconnecting")) lostAt = performance.now();
    if (!isReady(to) || lostAt === undefined) return;
    report({ type: "recovery", plugin: name, generation, downMs: performance.now() - lostAt });
    lostAt = undefined;
  });
  plugin.on("reconnecting", ({ delayMs }) =>
    report({ type: "retry", plugin: name, kind: "reconnecting", inMs: delayMs }),
  );
  plugin.on("coolingDown", ({ nextProbeAt }) => {
    const inMs = Math.max(0, nextProbeAt - performance.now());
    report({ type: "retry", plugin: name, kind: "coolingDown", inMs });
  });
}

function isReady(state: string): boolean {
  return state.startsWith("ready.");
}
