import { describe, expect, test } from "vitest";
import { hostPolicy, isLoopback } from "../../src/server/http/host-policy.ts";
import { servePlugins } from "../../src/server/index.ts";
import { plugins } from "../fixtures/server/plugins.mjs";
import { rawRequest } from "./support/raw-http.ts";

test.each(["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])(
  "%s is loopback",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(["0.0.0.0", "::", "10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example", ""])(
  "%s is not loopback",
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

describe("bound to loopback", () => {
  const policy = hostPolicy("127.0.0.1", ["plugins.internal:8443", "other.internal"]);

  test.each([
    ["127.0.0.1", true],
    ["127.0.0.1:8000", true],
    ["localhost:1", true],
    ["LocalHost", true],
    ["[::1]:8000", true],
    ["plugins.internal:8443", true],
    ["plugins.internal", false],
    ["plugins.internal:8444", false],
    ["other.internal", true],
    ["other.internal:80", true],
    ["evil.example", false],
    ["evil.example:8000", false],
    ["localhost.evil.example", false],
    ["evil@localhost", false],
    ["localhost/", false],
    ["localhost ", false],
    ["127.0.0.1:8000:1", false],
    ["[::1", false],
    ["0.0.0.0", false],
    ["", false],
    [undefined, false],
  ])("host %s: %s", (host, allowed) => {
    expect(policy.allowsHost(host)).toBe(allowed);
  });

  test.each([
    [undefined, true],
    ["http://localhost:3000", true],
    ["https://127.0.0.1", true],
    ["http://[::1]:9", true],
    ["https://plugins.internal:8443", true],
    ["http://evil.example", false],
    ["http://localhost@evil.example", false],
    ["http://evil.example/localhost", false],
    ["null", false],
    ["file://localhost", false],
    ["chrome-extension://localhost", false],
    ["", false],
  ])("origin %s: %s", (origin, allowed) => {
    expect(policy.allowsOrigin(origin, "localhost")).toBe(allowed);
  });
});

describe("bound to all addresses", () => {
  test("every host is answered, and origins that are the host itself", () => {
    const policy = hostPolicy("0.0.0.0", undefined);
    expect(policy.allowsHost("plugins.internal")).toBe(true);
    expect(policy.allowsOrigin(undefined, "plugins.internal")).toBe(true);
    expect(policy.allowsOrigin("http://plugins.internal:80", "Plugins.Internal:80")).toBe(true);
    expect(policy.allowsOrigin("http://evil.example", "plugins.internal")).toBe(false);
    expect(policy.allowsOrigin("null", "plugins.internal")).toBe(false);
  });

  test("with allowed hosts, only those", () => {
    const policy = hostPolicy("0.0.0.0", ["plugins.internal"]);
    expect(policy.allowsHost("plugins.internal:80")).toBe(true);
    expect(policy.allowsHost("localhost")).toBe(false);
    expect(policy.allowsOrigin("http://plugins.internal", "plugins.internal")).toBe(true);
    expect(policy.allowsOrigin("http://localhost", "plugins.internal")).toBe(false);
  });
});

test("the server refuses foreign hosts and origins, whatever they ask for", async () => {
  const server = await servePlugins(plugins, { transport: "http", port: 0, handleSignals: false });
  for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
    const host = await rawRequest(server, { method, headers: { host: "evil.example" } });
    expect([host.status, host.body]).toEqual([421, "Invalid Host header"]);
    const origin = await rawRequest(server, { method, headers: { origin: "http://evil.example" } });
    expect([origin.status, origin.body]).toEqual([403, "Invalid Origin header"]);
    expect(origin.headers).not.toHaveProperty("access-control-allow-origin");
  }
  await server.close();
});
