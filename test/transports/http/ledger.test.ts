import { expect, test } from "vitest";
import type { SteerableServer } from "../../fixtures/http/steerable-server.ts";
import { event, type SeenRequest, type Treatment } from "../../fixtures/http/steerable-server.ts";
import {
  type ChannelLog,
  hookCall,
  type OpenChannel,
  readyChannel,
  startServer,
} from "./harness.ts";

// Whatever goes wrong, what the channel says of a call agrees with what the server has done with it.

/** Numbers from 0 to 1 that a seed determines. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Keeps the channel from having nothing out, after which a loss would be its end. */
const anchor = -1;

/** Runs some calls, and not others, and treats them in every way there is. Counts the runs of each. */
function misbehave(
  server: SteerableServer,
  random: () => number,
  cancel: (request: SeenRequest) => void,
): Map<unknown, number> {
  const runs = new Map<unknown, number>();
  const run =
    (then: Treatment): Treatment =>
    (request) => {
      runs.set(request.key, (runs.get(request.key) ?? 0) + 1);
      then(request);
    };
  const answer = (request: SeenRequest): string => event(request.answerText());
  const treatments: readonly Treatment[] = [
    run((request) => request.json()),
    run((request) => request.json()),
    run((request) => request.stream().end(answer(request))),
    run((request) => void request.stream().write(answer(request))),
    run((request) => request.cut("close")),
    run((request) => request.cut("reset")),
    run((request) => request.stream().write(": x\n\n").cut("reset")),
    run((request) => request.stream().end(": x\n\n")),
    run((request) => request.respond(500)),
    run((request) => request.respond(202)),
    run(cancel),
    run((request) => {
      request.json();
      setImmediate(cancel, request);
    }),
    (request) => request.cut("reset"),
    cancel,
    (request) => request.respond(404),
    (request) => request.respond(400, {}, "no valid session ID"),
    (request) => request.respond(429),
    (request) => request.respond(503, { "retry-after": "1" }),
    (request) => request.respond(401),
    (request) => request.respond(307, { location: "/elsewhere" }),
    (request) => request.respond(301, { location: "/elsewhere" }),
  ];
  server.on("tools/call", (request) => {
    const treatment = treatments[Math.floor(random() * treatments.length)];
    if (request.key !== anchor) treatment?.(request);
  });
  return runs;
}

/** Sends calls a few at a time, and cancels some of them before they leave, or soon after. */
async function storm(
  { channel }: OpenChannel,
  ids: readonly number[],
  random: () => number,
): Promise<void> {
  for (let at = 0; at < ids.length; at += 8) {
    const few = ids.slice(at, at + 8);
    channel.call(few.map((id) => hookCall(id)));
    channel.cancel(few.filter(() => random() < 0.1));
    await new Promise(setImmediate);
    channel.cancel(few.filter(() => random() < 0.1));
  }
}

/** Everything that was reported of each call. */
function verdicts(log: ChannelLog): Map<number, string[]> {
  const all = new Map<number, string[]>();
  const note = (id: number, verdict: string): unknown =>
    all.set(id, [...(all.get(id) ?? []), verdict]);
  for (const { id } of log.answers) note(id, "ran");
  // An answer that is a refusal was none of the plugin's.
  for (const { id, error } of log.failures)
    note(id, error.outcome === "unknown" ? "unknown" : "never ran");
  for (const { ended, unsent } of log.losses)
    for (const id of ended) note(id, unsent.includes(id) ? "never ran" : "unknown");
  return all;
}

test.each([0, 1, 2, 3, 4, 5, 6, 7])("with faults of seed %i", async (seed) => {
  const random = chance(seed);
  const server = await startServer();
  const open = await readyChannel(server.url, { headers: () => ({ "x-token": "t" }) });
  const runs = misbehave(server, random, ({ key }) => open.channel.cancel([Number(key)]));
  open.channel.call([hookCall(anchor)]);
  const ids = Array.from({ length: 160 }, (_, id) => id);
  await storm(open, ids, random);
  await open.log.until((log) => verdicts(log).size === ids.length);
  // What was said never to have run might still be on its way.
  await open.channel.close();

  const said = verdicts(open.log);
  const expected = { ran: [1], "never ran": [0], unknown: [0, 1] };
  for (const [id, words] of said) {
    expect(words, `call ${id}`).toHaveLength(1);
    expect(Object.entries(expected).find(([word]) => word === words[0])?.[1]).toContain(
      runs.get(id) ?? 0,
    );
  }
  expect(new Set([...said.values()].flat())).toEqual(new Set(Object.keys(expected)));
});
