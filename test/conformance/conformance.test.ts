import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type PluginServer, type ServeHttpOptions, servePlugins } from "../../src/server/index.ts";
import { recordedPlugins } from "../fixtures/server/plugins.mjs";
import {
  clientScenarios,
  otherClientScenarios,
  otherServerScenarios,
  serverScenarios,
} from "./scenarios.ts";
import { type Check, listScenarios, runScenario } from "./support/run-scenario.ts";

const modes: Record<string, Partial<ServeHttpOptions>> = {
  "sessions and streams of events": {},
  "sessions and answers as JSON": { jsonResponse: true },
  "no sessions": { stateless: true },
};

describe.each(Object.entries(modes))("a plugin server with %s", (_, options) => {
  let server: PluginServer;

  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    server = await servePlugins(recordedPlugins, {
      transport: "http",
      port: 0,
      handleSignals: false,
      ...options,
    });
  });

  afterAll(async () => {
    await server.close();
  });

  // It is about several streams in one session.
  const hasBoth = !(options.jsonResponse || options.stateless);
  const scenarios = serverScenarios.filter(
    (name) => hasBoth || name !== "server-sse-multiple-streams",
  );

  test.each(scenarios)("%s", async (scenario) => {
    const checks = await runScenario("server", scenario, ["--url", server.url ?? ""]);
    expect(checks).not.toHaveLength(0);
    expect(checks.filter(({ status }) => status !== "SUCCESS")).toEqual([]);
  });
});

describe("the client", () => {
  const client = fileURLToPath(new URL("client.mjs", import.meta.url));

  test.each(clientScenarios)("%s", async (scenario) => {
    const command = `${process.execPath} ${client}`;
    const checks = await runScenario("client", scenario, ["--command", command]);
    expect(checks).not.toHaveLength(0);
    // A busy machine is late, which the suite calls acceptable.
    const isAcceptable = ({ id, status }: Check): boolean =>
      status === "SUCCESS" || (id === "client-sse-retry-timing" && status === "WARNING");
    expect(checks.filter((check) => !isAcceptable(check))).toEqual([]);
  });
});

describe("every scenario of the suite is run, or it is said why not", () => {
  test("server", async () => {
    const listed = await listScenarios("server");
    expect(listed.toSorted()).toEqual(
      [...serverScenarios, ...Object.keys(otherServerScenarios)].toSorted(),
    );
  });

  test("client", async () => {
    const listed = await listScenarios("client");
    const others = Object.keys(otherClientScenarios);
    const isOther = (name: string): boolean =>
      others.some((other) => (other.endsWith("/") ? name.startsWith(other) : name === other));
    expect(listed.filter((name) => !isOther(name)).toSorted()).toEqual(clientScenarios.toSorted());
    expect(others.every((other) => listed.some((name) => name.startsWith(other)))).toBe(true);
  });
});
