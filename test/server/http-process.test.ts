import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { answerIn, HttpClient } from "./support/http-client.ts";
import { envelope, invocation } from "./support/line-client.ts";
import type { RawResponse } from "./support/raw-http.ts";

const fixture = fileURLToPath(new URL("../fixtures/server/http-server.mjs", import.meta.url));

let folder: string;
let notes: string;
let child: ChildProcess | undefined;

beforeAll(() => {
  expect(inject("buildErrors")).toBe("");
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "http-process-"));
  notes = path.join(folder, "notes");
});

afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

async function start(options: { uds?: string; drainMs?: number } = {}) {
  const process_ = spawn(process.execPath, [fixture, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = process_;
  const ended = once(process_, "exit");
  const [line] = (await once(process_.stdout, "data")) as [Buffer];
  const client = await HttpClient.start({ url: line.toString().trim(), uds: options.uds });
  return { process: process_, client, ended };
}

async function startSlow(
  client: HttpClient,
  ms: number,
): Promise<{ response: Promise<RawResponse> }> {
  const call = invocation("Slow", { name: "t", args: { ms, notes } });
  const params = { name: "invoke_hook", arguments: call };
  const response = client.post({ id: "slow", method: "tools/call", params });
  response.catch(() => {});
  await eventually(async () => (await readFile(notes, "utf8").catch(() => "")) !== "");
  return { response };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets running calls finish, and ends the process with code 0",
  async (signal) => {
    const server = await start();
    const { response } = await startSlow(server.client, 150);
    server.process.kill(signal);
    expect(envelope(answerIn(await response))).toHaveProperty("result");
    expect(await server.ended).toEqual([0, null]);
  },
);

test("SIGTERM removes the Unix socket", async () => {
  const uds = path.join(folder, "plugin.sock");
  const server = await start({ uds });
  expect(existsSync(uds)).toBe(true);
  server.process.kill("SIGTERM");
  expect(await server.ended).toEqual([0, null]);
  expect(existsSync(uds)).toBe(false);
});

test("a second signal does not wait for them", async () => {
  const server = await start({ drainMs: 60_000 });
  const { response } = await startSlow(server.client, 60_000);
  server.process.kill("SIGTERM");
  server.process.kill("SIGINT");
  await expect(response).rejects.toThrow();
  expect(await server.ended).toEqual([0, null]);
});

test("a plugin that leaves a timer running cannot keep the process", async () => {
  const server = await start();
  await server.client.invoke("Forgetful", { name: "t" });
  server.process.kill("SIGTERM");
  expect(await server.ended).toEqual([0, null]);
});
