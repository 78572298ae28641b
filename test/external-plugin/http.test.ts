import { expect, it } from "vitest";
import { call, httpConfig, impatient, newPlugin } from "./support/harness.ts";
import { HttpPlugin } from "./support/http-plugin.ts";

it("opens one session anew for 20 calls that all get a 404 for theirs, and none runs twice", async () => {
  const server = await HttpPlugin.start();
  const plugin = newPlugin(httpConfig(server.url), { ...impatient, maxInFlight: 20 });
  await plugin.initialize();
  server.forget();
  server.gather(20, (request) => request.respond(404));
  const keys = Array.from({ length: 20 }, (_, key) => key);
  const results = await Promise.all(keys.map((key) => call(plugin, key)));
  expect(results.map(({ metadata }) => metadata)).toEqual(keys.map((echo) => ({ echo })));
  expect(server.begun).toBe(2);
  expect(server.ledger.map(({ key }) => key).toSorted((a, b) => Number(a) - Number(b))).toEqual(
    keys,
  );
  expect(new Set(server.ledger.map(({ session }) => session))).toEqual(new Set(["session-2"]));
  expect(server.server.of("DELETE")).toEqual([]);
  expect(plugin.status().stats).toMatchObject({ succeeded: 20, failed: 0, replayed: 20 });
});
