import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { History } from "../../src/inspector/history.ts";
import { LiveFeed } from "../../src/inspector/http/live-feed.ts";
import { applyRecord, type Model } from "../../src/inspector/trace/model.ts";
import type { TraceRecord } from "../../src/inspector/trace/record.ts";
import { afterwards } from "../external-plugin/support/harness.ts";
import { eventsIn, open } from "./support/http.ts";
import { attached, callSteps, header } from "./support/traces.ts";

let now = 0;

/** A page at the other end of a real connection, and what feeds it. */
async function newFeed(history: History) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = once(server, "request");
  const { port } = server.address() as AddressInfo;
  const opened = open(`http://127.0.0.1:${port}/`, {});
  const [, response] = (await asked) as [unknown, ServerResponse];
  const feed = new LiveFeed(response, {
    history,
    header,
    allowControl: false,
    trace: null,
    now: () => now,
  });
  return { feed, response, page: await opened };
}

/** What a page makes of its events, until it knows of so many calls. */
async function follow(page: AsyncIterable<{ name: string; data: unknown }>, calls: number) {
  let model: Model = new Map();
  let starts = 0;
  for await (const { name, data } of page) {
    const { records } = data as { records: readonly TraceRecord[] };
    if (name === "start") {
      starts += 1;
      model = new Map();
    }
    for (const record of records) applyRecord(model, record);
    if (model.get(1)?.counts.ok === calls) return { model, starts };
  }
  throw new Error("The feed has ended");
}

function addCalls(history: History, first: number, count: number): void {
  for (let id = first; id < first + count; id += 1)
    for (const record of callSteps(id, id * 10)) history.add(record);
}

describe("a page that looks on", () => {
  it("is told everything that is remembered, in pieces", async () => {
    const history = new History(100_000);
    history.add(attached());
    addCalls(history, 0, 2_000);
    const { feed, page } = await newFeed(history);
    const pump = setInterval(() => feed.pump(), 1);
    afterwards(() => clearInterval(pump));
    const { model, starts } = await follow(eventsIn(page), 2_000);
    expect(starts).toBe(1);
    expect(model.get(1)).toMatchObject({ counts: { ok: 2_000 }, state: "ready.waiting" });
  });

  it("costs the host nothing while it takes nothing, and is up to date when it does", async () => {
    const history = new History(5_000);
    history.add(attached());
    const { feed, response, page } = await newFeed(history);
    let most = 0;
    for (let round = 0; round < 400; round += 1) {
      addCalls(history, round * 100, 100);
      feed.pump();
      most = Math.max(most, response.writableLength);
      if (round % 50 === 0) await new Promise(setImmediate);
    }
    expect(response.writableNeedDrain).toBe(true);
    // One piece at the most waits here; the rest is in the buffers of the system, which are bounded as well.
    expect(most).toBeLessThan(500_000);
    const pump = setInterval(() => feed.pump(), 1);
    afterwards(() => clearInterval(pump));
    const { model, starts } = await follow(eventsIn(page), 40_000);
    expect(starts).toBeGreaterThan(1);
    expect(model.get(1)).toMatchObject({ state: "ready.waiting", queued: 0 });
  });

  it("is let go when it has taken nothing for long", async () => {
    const history = new History(5_000);
    history.add(attached());
    const { feed, response } = await newFeed(history);
    const closed = once(response, "close");
    for (let round = 0; !response.writableNeedDrain; round += 1) {
      addCalls(history, round * 100, 100);
      feed.pump();
    }
    now += 29_000;
    feed.pump();
    expect(response.destroyed).toBe(false);
    now += 2_000;
    feed.pump();
    await closed;
    feed.pump();
  });

  it("hears from a host that has nothing to say, so that it can tell it from one that hangs", async () => {
    const history = new History(5_000);
    const { feed, page } = await newFeed(history);
    const events = eventsIn(page);
    expect((await events.next()).value).toMatchObject({ name: "start" });
    feed.pump();
    now += 1_000;
    feed.pump();
    expect((await events.next()).value).toEqual({ name: "records", data: { now, records: [] } });
  });
});
