import { afterAll, beforeAll, expect, test } from "vitest";
import { recording, recordingNames, withoutProse } from "../../server/support/golden.ts";
import type { Answering } from "./recorded.ts";
import type { BareClient, Site } from "./site.ts";

/**
 * Sends every recorded request as it was, malformed ones included, and compares every field of the answer: texts
 * character by character, so the order of keys, integers beyond 2^53, nulls and defaults as well.
 */
export function testRecordings(site: () => Site, answering: Answering): void {
  let client: BareClient;

  beforeAll(async () => {
    client = await site().connect();
  });

  afterAll(async () => {
    await client.close();
  });

  test.each(recordingNames)("%s", async (name) => {
    const { request, result } = recording(name);
    const answer = await client.request(request.method, request.params);
    expect(withoutProse(answer.result)).toEqual(answering(name, result));
  });
}
