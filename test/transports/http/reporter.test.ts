import { expect, test } from "vitest";
import { PluginError } from "../../../src/errors.ts";
import { type LostCall, Reporter } from "../../../src/transports/http/reporter.ts";
import { settle } from "../stdio/fake-child.ts";
import { ChannelLog } from "./harness.ts";

// Exact turns of the event loop, which real sockets cannot be brought to.

function rig() {
  const log = new ChannelLog();
  let out = 0;
  const reporter = new Reporter(log, () => out);
  return {
    log,
    reporter,
    callsOut: (count: number): void => {
      out = count;
    },
  };
}

function answer(id: number) {
  return { id, body: { result: {} } };
}

function error(message: string): PluginError {
  return new PluginError({ code: "SESSION_LOST", message, plugin: "Guard" });
}

function lost(id: number, more: Partial<LostCall> = {}): LostCall {
  return { id, error: error("gone"), isUnsent: false, isServing: false, ...more };
}

test("reports at once where nothing else is out", () => {
  const { log, reporter } = rig();
  reporter.answered(answer(1));
  expect(log.answered_).toEqual([[answer(1)]]);
});

test("joins what comes in one turn while more is out, and what is the last of it", async () => {
  const { log, reporter, callsOut } = rig();
  callsOut(2);
  reporter.answered(answer(1));
  callsOut(1);
  reporter.answered(answer(2));
  callsOut(0);
  reporter.answered(answer(3));
  expect(log.order).toEqual([]);
  await settle();
  expect(log.answered_).toEqual([[answer(1), answer(2), answer(3)]]);
});

test("reports answers before failures, and failures before losses", async () => {
  const { log, reporter, callsOut } = rig();
  callsOut(1);
  reporter.lost(lost(1));
  reporter.failed({ id: 2, error: error("failed") });
  reporter.answered(answer(3));
  await settle();
  expect(log.order).toEqual(["answered", "failed", "lost"]);
});

test("joins calls that were lost for the same reason, and keeps apart what was not", async () => {
  const { log, reporter, callsOut } = rig();
  callsOut(1);
  reporter.lost(lost(1, { isUnsent: true }));
  reporter.lost(lost(2, { error: error("otherwise") }));
  reporter.lost(lost(3));
  callsOut(0);
  await settle();
  expect(log.losses).toMatchObject([
    { error: { message: "gone" }, ended: [1, 3], unsent: [1], alive: true },
    { error: { message: "otherwise" }, ended: [2], unsent: [], alive: false },
  ]);
});

test("a server that still answers is alive although nothing is out", () => {
  const { log, reporter } = rig();
  reporter.lost(lost(1, { isServing: true }));
  expect(log.losses).toMatchObject([{ alive: true }]);
  reporter.answered(answer(2));
  expect(log.order).toEqual(["lost", "answered"]);
});

test("says nothing after the last loss, nor after it was muted", async () => {
  const { log, reporter } = rig();
  reporter.lost(lost(1));
  reporter.answered(answer(2));
  expect(log.order).toEqual(["lost"]);
  const other = rig();
  other.callsOut(1);
  other.reporter.answered(answer(1));
  other.reporter.mute();
  await settle();
  expect(other.log.order).toEqual([]);
});

test("stops in the middle of a turn when a listener closes the channel", async () => {
  const log = new ChannelLog();
  const reporter: Reporter = new Reporter(
    {
      answered: (answers) => {
        log.answered(answers);
        reporter.mute();
      },
      failed: (failures) => log.failed(failures),
      lost: (loss) => log.lost(loss),
    },
    () => 1,
  );
  reporter.answered(answer(1));
  reporter.failed({ id: 2, error: error("failed") });
  reporter.lost(lost(3));
  await settle();
  expect(log.order).toEqual(["answered"]);
});
