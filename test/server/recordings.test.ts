import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type PluginServer, servePlugins } from "../../src/server/index.ts";
import { recordedPlugins } from "../fixtures/server/plugins.mjs";
import { recording, recordingNames, withoutProse } from "./support/golden.ts";
import { HttpClient } from "./support/http-client.ts";
import { LineClient } from "./support/line-client.ts";
import { ownAnswer } from "./support/own-answers.ts";

const servers = {
  stdio: async () => {
    const client = await LineClient.start({ recorded: true });
    return { client, stop: () => client.kill() };
  },
  "http, event stream": async () => await overHttp({}),
  "http, json": async () => await overHttp({ jsonResponse: true }),
  "http, stateless": async () => await overHttp({ stateless: true }),
};

async function overHttp(options: { jsonResponse?: boolean; stateless?: boolean }) {
  const server: PluginServer = await servePlugins(recordedPlugins, {
    transport: "http",
    port: 0,
    handleSignals: false,
    ...options,
  });
  const client = await HttpClient.start(server);
  return {
    client,
    stop: async () => {
      await client.close();
      await server.close();
    },
  };
}

describe.each(Object.entries(servers))("%s", (_name, start) => {
  let server: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    server = await start();
  });

  afterAll(async () => {
    await server.stop();
  });

  // Texts character by character, so the order of keys, the indentation, nulls and defaults as well.
  test.each(recordingNames)("%s", async (name) => {
    const { request, result } = recording(name);
    const answer = await server.client.request(request.method, request.params);
    expect(withoutProse(answer.result)).toEqual(ownAnswer(name, result));
  });
});
