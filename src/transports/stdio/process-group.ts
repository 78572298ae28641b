import { readdirSync, readFileSync } from "node:fs";

/** Signals every process of a group. False when there is none that could be signalled. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process of the group still runs. Zombies are dead: where process 1 does not reap, they stay for ever. */
export function isGroupAlive(leader: number): boolean {
  if (!signalGroup(leader, 0)) return false;
  const processes = listProcesses();
  return processes === undefined || processes.some((id) => isRunningMember(id, leader));
}

function listProcesses(): string[] | undefined {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    // Without /proc the answer to the signal is all there is.
    return undefined;
  }
}

function isRunningMember(id: string, group: number): boolean {
  const [state, , memberOf] = readStat(id);
  return Number(memberOf) === group && state !== "Z" && state !== "X";
}

/** State, parent and group of a process, and what follows them in `/proc/<pid>/stat`. */
function readStat(id: string): string[] {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "latin1");
    // The command name stands in brackets and may itself hold brackets and spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
