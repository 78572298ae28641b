import { parentPort, workerData } from "node:worker_threads";
import { runSeeds } from "./report.ts";

const { seeds, bounds } = workerData;
parentPort?.postMessage(await runSeeds(seeds, bounds));
