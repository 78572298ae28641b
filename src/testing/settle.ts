import { setImmediate as nextTurn } from "node:timers/promises";

/** A host that always has something to do must not stop simulated time for ever. */
const mostTurns = 1_000;

/** Lets everything run that waits for nothing but its turn: promises, ticks, immediates, and whatever follows from them. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < mostTurns; turns++) {
    await nextTurn();
    if (!process.getActiveResourcesInfo().includes("Immediate")) return;
  }
}
