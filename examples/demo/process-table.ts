import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { ledgerVariable } from "../plugins/ledger.ts";

/**
 * Processes that this run has started and that are still there: its children, and where `/proc` tells, also whatever has
 * the run's ledger in its environment, wherever it stands in the tree. A zombie is none.
 */
export function childrenLeft(ledger: string): number[] {
  return existsSync("/proc/self/stat") ? fromProc(ledger) : fromPs();
}

function fromProc(ledger: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isOurs(pid, ledger));
}

function isOurs(pid: number, ledger: string): boolean {
  // The name of the program, in brackets, may itself have brackets and spaces.
  const [state = "X", parent] =
    read(pid, "stat")
      .split(/\) (?!.*\) )/s)[1]
      ?.split(" ") ?? [];
  if (state === "Z" || state === "X") return false;
  return (
    Number(parent) === process.pid || read(pid, "environ").includes(`${ledgerVariable}=${ledger}\0`)
  );
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It has ended meanwhile, or is somebody else's.
    return "";
  }
}

function fromPs(): number[] {
  const ps = spawnSync("ps", ["-A", "-o", "pid=,ppid=,state="], { encoding: "utf8" });
  if (ps.error) throw new Error("the process table cannot be read", { cause: ps.error });
  return ps.stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state = "Z"]) => Number(parent) === process.pid && !state.startsWith("Z"))
    .map(([pid]) => Number(pid))
    .filter((pid) => pid !== ps.pid);
}
