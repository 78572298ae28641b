import { expect, test } from "vitest";
import type { LiveRequest } from "../../src/actors/hook-request.ts";
import { newRequest } from "../../src/actors/hook-request.ts";
import { Submissions } from "../../src/actors/submissions.ts";

function collect() {
  const batches: number[][] = [];
  const submissions = new Submissions((requests) => batches.push(requests.map(({ id }) => id)));
  return { batches, submissions };
}

function someRequests(count: number): LiveRequest[] {
  const context = {
    state: {},
    metadata: {},
    global_context: { request_id: "r", state: {}, metadata: {} },
  };
  return Array.from({ length: count }, () =>
    newRequest("tool_pre_invoke", { name: "t" }, context, {}),
  );
}

function end(requests: readonly LiveRequest[]): void {
  for (const request of requests) request.fail(new Error("over") as never);
}

test("what is submitted in one go goes in together, in batches of eight, in order", async () => {
  const { batches, submissions } = collect();
  const requests = someRequests(19);
  for (const request of requests) submissions.add(request);
  await Promise.resolve();
  const ids = requests.map(({ id }) => id);
  expect(batches).toEqual([ids.slice(0, 8), ids.slice(8, 16), ids.slice(16)]);
  end(requests);
});

test("a call alone goes in within the same tick", async () => {
  const { batches, submissions } = collect();
  const requests = someRequests(2);
  for (const request of requests) {
    submissions.add(request);
    expect(batches.flat()).not.toContain(request.id);
    await Promise.resolve();
    expect(batches.at(-1)).toEqual([request.id]);
  }
  expect(batches).toHaveLength(2);
  end(requests);
});

test("a flush takes what is there, and leaves nothing for later", async () => {
  const { batches, submissions } = collect();
  const requests = someRequests(3);
  submissions.flush();
  for (const request of requests) submissions.add(request);
  submissions.flush();
  submissions.flush();
  await Promise.resolve();
  expect(batches).toEqual([requests.map(({ id }) => id)]);
  end(requests);
});

test("what is submitted while a batch goes in is another batch", async () => {
  const [first, second] = someRequests(2);
  if (!(first && second)) throw new Error("expected two requests");
  const batches: number[][] = [];
  const submissions: Submissions = new Submissions((requests) => {
    batches.push(requests.map(({ id }) => id));
    if (requests.includes(first)) submissions.add(second);
  });
  submissions.add(first);
  await Promise.resolve();
  await Promise.resolve();
  expect(batches).toEqual([[first.id], [second.id]]);
  end([first, second]);
});
