import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A mistake in the library, as an edit of a built file. */
export interface Mistake {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the checker has to say of it */
  readonly complaint: RegExp;
}

export const mistakes: readonly Mistake[] = [
  {
    name: "a lost call is sent again, whatever has become of it",
    file: "machines/traffic.js",
    from: 'return isUnsent || loss.replay === "once";',
    to: "return true;",
    complaint: /was run 2 times|after 1$/,
  },
  {
    name: "a call that was given up is settled again by its answer",
    file: "machines/traffic.js",
    from: "else if (!call.abandoned)\n            settle.push({",
    to: "else\n            settle.push({",
    complaint: /are unknown/,
  },
  {
    name: "a caller is told twice",
    file: "src/actors/hook-request.js",
    from: "this.#reply(code);",
    to: "this.#reply(code);\n        this.#reply(code);",
    complaint: /was told 2 times/,
  },
  {
    name: "the context is taken before the answer is checked",
    file: "src/actors/hook-request.js",
    from: "this.#held = { answer: decodeHookAnswer(",
    to: "for (const { text } of result.content) try { Object.assign(this.#context, JSON.parse(text).context); } catch {}\n            this.#held = { answer: decodeHookAnswer(",
    complaint: /the context of .* was changed, which failed/,
  },
  {
    name: "a slot is free although the plugin is still at work",
    file: "machines/plugin-connection.changes.js",
    from: "return { step: traffic.release(context.traffic, ids, code, timeOf(event)) };",
    to: `const step = traffic.release(context.traffic, ids, code, timeOf(event));
    if (step.abandon.length === 0) return { step };
    const out = step.traffic.out.filter((call) => !call.abandoned);
    const freed = { ...step, traffic: { ...step.traffic, out } };
    return { step: traffic.dispatch(freed, timeOf(event), context.settings.maxInFlight) };`,
    complaint: /run at a time/,
  },
  {
    name: "an answer goes to the oldest call",
    file: "src/transports/stdio/call-table.js",
    from: 'return typeof wireId === "string" ? this.#byWireId.get(wireId) : undefined;',
    to: 'return typeof wireId === "string" ? this.#byWireId.values().next().value : undefined;',
    complaint: /is of none of its runs/,
  },
  {
    name: "each caller of a lost session asks for a new one",
    file: "src/external-plugin.js",
    from: "connection.submit(request);",
    to: 'connection.submit(request);\n        request.result.catch(({ code }) => code === "SESSION_LOST" && this.waitForReady().then(() => this.reconnect()).catch(() => {}));',
    complaint: /nothing was wrong with/,
  },
  {
    name: "what may have run is said not to have",
    file: "machines/traffic.js",
    from: 'isUnsent(id) ? "not_processed" : "unknown"',
    to: '"not_processed"',
    complaint: /failed as not_processed .* and ran/,
  },
  {
    name: "a result that does not say so is an allow",
    file: "src/models/decode.js",
    from: "readResult(last.result, hook, false)",
    to: "readResult(last.result, hook, true)",
    complaint: /is of none of its runs/,
  },
  {
    name: "the newest call goes first",
    file: "machines/call-queue.js",
    from: "front = reversed(back);",
    to: "front = back;",
    complaint: /was sent after a later call/,
  },
  {
    name: "no deadline is kept",
    file: "src/actors/connection-port.js",
    from: "#expire(alarms, at) {",
    to: "#expire(alarms, at) {\n        if (at > 0) return;",
    complaint: /after its deadline/,
  },
  {
    name: "the next process does not wait for the end of the one before",
    file: "src/transports/stdio/stdio-channel.js",
    from: "const report = await stopChild(",
    to: "const report = { lastStep: undefined, survived: false };\n        void stopChild(",
    complaint: /live at a time/,
  },
];

/** A copy of the project's build with a mistake in it. Returns the path of its simulation. */
export function breakBuild(
  project: string,
  folder: string,
  { name, file, from, to }: Mistake,
): string {
  rmSync(folder, { recursive: true, force: true });
  const dist = path.join(project, "dist");
  for (const part of ["src", "machines", "test/simulation", "test/support"])
    cpSync(path.join(dist, part), path.join(folder, "dist", part), {
      recursive: true,
      filter: (source) => !/\.(?:map|d\.ts)$/.test(source),
    });
  cpSync(path.join(project, "package.json"), path.join(folder, "package.json"));
  symlinkSync(path.join(project, "node_modules"), path.join(folder, "node_modules"));
  const target = path.join(folder, "dist", file);
  const source = readFileSync(target, "utf8");
  if (source.split(from).length !== 2)
    throw new Error(`${name}: ${file} does not say "${from}" once`);
  writeFileSync(
    target,
    source.replace(from, () => to),
  );
  return path.join(folder, "dist/test/simulation/main.js");
}
