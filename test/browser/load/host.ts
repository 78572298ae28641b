import { spawn } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ExternalPlugin } from "../../../src/external-plugin.ts";
import { startInspector } from "../../../src/inspector/index.ts";
import type { HostSample, LoadPlan } from "./plan.ts";

/** Of the measurement of delays, which is contained in what it finds */
const resolutionMs = 1;
const tickMs = 20;
const stepsPerCall = 2;

const plan: LoadPlan = JSON.parse(process.argv[2] ?? "");

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL("./server.js", import.meta.url)), String(plan.connections)],
  { stdio: ["pipe", "pipe", "inherit"] },
);
process.once("exit", () => server.kill("SIGKILL"));
const [url] = await once(createInterface(server.stdout), "line");

const inspector = await startInspector();
const plugins = Array.from(
  { length: plan.connections },
  (_, index) =>
    new ExternalPlugin(
      { name: `Plugin${index + 1}`, kind: "external", mcp: { proto: "STREAMABLEHTTP", url } },
      { maxInFlight: 4 },
    ),
);
await Promise.all(plugins.map((plugin) => plugin.initialize()));

let calls = 0;
const before = (): number =>
  plugins.reduce((sum, plugin) => sum + plugin.status().stats.succeeded, 0);

/** As many calls as the time that has passed asks for, in turn. */
let due = 0;
let last = performance.now();
const load = setInterval(() => {
  const now = performance.now();
  due += ((now - last) / 1_000) * (plan.stepsPerSecond / stepsPerCall);
  last = now;
  for (; due >= 1; due -= 1) {
    const plugin = plugins[calls % plugins.length];
    calls += 1;
    const context = {
      state: {},
      metadata: {},
      global_context: { request_id: `r${calls}`, state: {}, metadata: {} },
    };
    plugin?.invokeHook("tool_pre_invoke", { name: "search", args: {} }, context).catch(() => {});
  }
}, tickMs);

const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
const ms = (nanoseconds: number): number =>
  Math.round((nanoseconds / 1e6 - resolutionMs) * 100) / 100;
let answered = before();
let cpu = process.cpuUsage();
const report = setInterval(() => {
  const now = before();
  const cpuNow = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const sample: HostSample = {
    steps: (now - answered) * stepsPerCall,
    calls: now - answered,
    delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
    cpuMs: Math.round((cpuNow.user + cpuNow.system) / 1_000),
    heapMegabytes: Math.round(process.memoryUsage().heapUsed / 1e5) / 10,
    viewers: inspector.viewers,
  };
  answered = now;
  delay.reset();
  process.stdout.write(`${JSON.stringify(sample)}\n`);
}, 1_000);

process.stdout.write(`${inspector.url}\n`);

for await (const line of createInterface(process.stdin))
  if (line === "attach") for (const plugin of plugins) inspector.attach(plugin);
clearInterval(load);
clearInterval(report);
await Promise.all(plugins.map((plugin) => plugin.shutdown()));
await inspector.close();
server.kill("SIGTERM");
