import { afterAll, beforeAll, expect, test } from "vitest";
import { inOurWords } from "../server/support/own-answers.ts";
import { ownOverStdio } from "./support/own-sites.ts";
import { referenceOverStdio } from "./support/reference-sites.ts";
import type { BareClient } from "./support/site.ts";
import { unusualRequests } from "./support/unusual-requests.ts";

let reference: BareClient;
let ours: BareClient;

beforeAll(async () => {
  [reference, ours] = await Promise.all([referenceOverStdio().connect(), ownOverStdio().connect()]);
});

afterAll(async () => {
  await Promise.all([reference.close(), ours.close()]);
});

test.each(unusualRequests)("both servers answer the same: %s", async (_, params) => {
  const [theirs, answer] = await Promise.all([
    reference.request("tools/call", params),
    ours.request("tools/call", params),
  ]);
  if (theirs.result === undefined) throw new Error(`expected a result: ${JSON.stringify(theirs)}`);
  expect(answer.result).toEqual(inOurWords(theirs.result));
});
