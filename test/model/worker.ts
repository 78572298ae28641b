import { parentPort, workerData } from "node:worker_threads";
import { doJob } from "./jobs.ts";

parentPort?.postMessage(doJob(workerData));
