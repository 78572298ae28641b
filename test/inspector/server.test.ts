import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { PluginError } from "../../src/errors.ts";
import type { InspectorOptions } from "../../src/inspector/inspector-options.ts";
import { type Inspector, startInspector } from "../../src/inspector/start-inspector.ts";
import { readTrace } from "../../src/inspector/trace/read-trace.ts";
import {
  afterwards,
  call,
  inState,
  newControl,
  next,
  stdioPlugin,
} from "../external-plugin/support/harness.ts";
import { expectBuilt, projectRoot } from "../support/project.ts";
import { ask, eventsIn, open, partsOf } from "./support/http.ts";

beforeAll(expectBuilt);

async function newInspector(options?: InspectorOptions): Promise<Inspector> {
  const inspector = await startInspector(options);
  afterwards(() => inspector.close());
  return inspector;
}

function access(inspector: Inspector) {
  const { origin, token } = partsOf(inspector.url);
  return { origin, headers: { authorization: `Bearer ${token}` } };
}

describe("the page", () => {
  it("is served without the token, and holds nothing; all its parts are there, and typed", async () => {
    const { origin, token } = partsOf((await newInspector()).url);
    const page = await ask(origin);
    expect(page).toMatchObject({ status: 200, headers: { "content-type": /^text\/html/ } });
    expect(page.text).not.toContain(token);
    const waiting = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url);
    const met = new Set<string>();
    while (waiting.length > 0) {
      const url = new URL(waiting.pop() ?? "", origin).href;
      if (met.has(url)) continue;
      met.add(url);
      const { status, headers, text } = await ask(url);
      expect([url, status, headers["x-content-type-options"]]).toEqual([url, 200, "nosniff"]);
      for (const [, module = ""] of text.matchAll(/from "(\.[^"]+)"/g))
        waiting.push(new URL(module, url).href);
    }
    expect([...met].filter((url) => url.endsWith(".js")).length).toBeGreaterThan(15);
  });

  it("is allowed nothing but its own files", async () => {
    const { origin } = access(await newInspector());
    const { headers, text } = await ask(origin);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(headers).toMatchObject({
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "x-frame-options": "DENY",
      "cache-control": "no-store",
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(text).not.toMatch(/<style|<script(?![^>]*src=)|style=|\son\w+=|https?:\/\//);
  });

  it("gives no file that is not its own", async () => {
    const { origin } = access(await newInspector());
    for (const path of [
      "/package.json",
      "/../package.json",
      "/%2e%2e/package.json",
      "/dist/",
      "/api",
    ])
      expect((await ask(origin + path)).status).toBe(404);
    expect((await ask(origin, { method: "POST" })).status).toBe(405);
  });
});

describe("the address", () => {
  it("is on loopback only, with a port and a token of its own", async () => {
    const [first, second] = [await newInspector(), await newInspector()];
    const [one, other] = [partsOf(first.url), partsOf(second.url)];
    expect(one.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(one.origin).not.toBe(other.origin);
    expect(one.token).not.toBe(other.token);
    expect(Buffer.from(one.token, "base64url")).toHaveLength(32);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outside) {
      const socket = connect(Number(new URL(one.origin).port), address);
      const [error] = await once(socket, "error");
      expect(error).toMatchObject({ code: "ECONNREFUSED" });
    }
  });

  it("may have a port that was chosen, if it is free", async () => {
    const { origin } = partsOf((await newInspector()).url);
    const port = Number(new URL(origin).port);
    const error = await startInspector({ port }).catch((thrown) => thrown);
    expect(PluginError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", issues: [{ path: "port" }] });
  });

  it("takes no options that it does not know", async () => {
    const wrong = { ports: 1, historyLimit: 3 } as InspectorOptions;
    await expect(startInspector(wrong)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      issues: [{ path: "historyLimit" }, { path: "ports" }],
    });
  });
});

describe("who may look", () => {
  const streams = ["/api/stream", "/api/trace", "/api/anything"];

  it.each(streams)("has the token: %s", async (path) => {
    const { origin, headers } = access(await newInspector());
    const wrong = { authorization: `${headers.authorization.slice(0, -1)}_` };
    expect((await ask(origin + path)).status).toBe(401);
    expect((await ask(origin + path, { headers: wrong })).status).toBe(401);
    expect((await ask(`${origin}${path}?token=${headers.authorization.slice(7)}`)).status).toBe(
      401,
    );
  });

  it.each([
    ["another name", { host: "evil.example" }],
    ["another name with the port", { host: "evil.example:PORT" }],
    ["another port", { host: "127.0.0.1:1" }],
    ["no port", { host: "127.0.0.1" }],
    ["another machine's address", { host: "192.0.2.1:PORT" }],
    ["another origin", { origin: "https://evil.example" }],
    ["another port's origin", { origin: "http://127.0.0.1:1" }],
    ["no real origin", { origin: "null" }],
  ])("comes under our own name: %s is refused, token or not", async (_, strange) => {
    const { origin, headers } = access(await newInspector());
    const { port } = new URL(origin);
    const named = Object.fromEntries(
      Object.entries(strange).map(([name, value]) => [name, value.replace("PORT", port)]),
    );
    for (const path of ["/", ...streams])
      expect((await ask(origin + path, { headers: { ...headers, ...named } })).status).toBe(403);
  });

  it("is not another site's page", async () => {
    const { origin, headers } = access(await newInspector());
    for (const site of ["cross-site", "same-site", "none"])
      expect(
        (await ask(`${origin}/api/trace`, { headers: { ...headers, "sec-fetch-site": site } }))
          .status,
      ).toBe(403);
  });

  it("may say localhost", async () => {
    const { origin, headers } = access(await newInspector());
    const host = `localhost:${new URL(origin).port}`;
    expect((await ask(`${origin}/api/trace`, { headers: { ...headers, host } })).status).toBe(200);
  });
});

describe("what is shown", () => {
  it("is what the plugin does, from the beginning of its history on", async () => {
    const inspector = await newInspector();
    const { origin, headers } = access(inspector);
    const plugin = stdioPlugin(await newControl());
    inspector.attach(plugin);
    await plugin.initialize();
    const events = eventsIn(await open(`${origin}/api/stream`, { headers }));
    const start = await events.next();
    expect(start.value).toMatchObject({
      name: "start",
      data: {
        header: { format: "mcp-tether-trace", version: 1 },
        allowControl: false,
        records: [],
      },
    });
    const first = await events.next();
    expect(first.value).toMatchObject({ name: "records", data: { now: expect.any(Number) } });
    expect(JSON.stringify(first.value)).toContain("fetchingConfig/session.configured/2");
    expect(inspector.viewers).toBe(1);
    await call(plugin, "a");
    const second = await events.next();
    expect(JSON.stringify(second.value)).toContain('"ok":true');
  });

  it("can be taken away as a trace", async () => {
    const inspector = await newInspector();
    const { origin, headers } = access(inspector);
    const plugin = stdioPlugin(await newControl());
    inspector.attach(plugin, { name: "another name" });
    await plugin.initialize();
    const { text } = await ask(`${origin}/api/trace`, { headers });
    expect(text).toBe([...inspector.trace()].join(""));
    expect(readTrace(text).records[0]).toMatchObject({ kind: "attached", name: "another name" });
  });

  it("is nothing that was said, given or hidden", async () => {
    const secret = "s3cr3t";
    const inspector = await newInspector();
    const control = await newControl();
    control.prepare({ do: "treat", what: "invoke_hook", how: "hold" });
    const plugin = stdioPlugin(control);
    inspector.attach(plugin);
    await plugin.initialize();
    const child = await control.started();
    const lost = call(plugin, secret, { idempotencyKey: secret });
    await child.next("ran");
    await child.tell({ do: "write", to: "stderr", text: secret });
    await child.tell({ do: "die", signal: "SIGKILL" });
    await expect(lost).rejects.toMatchObject({ stderrTail: secret });
    const text = [...inspector.trace()].join("");
    expect(text).toContain("SESSION_LOST");
    expect(text).not.toContain(secret);
    expect(text).not.toContain("search");
  });

  it("is whatever is attached and is a connection, and nothing else", async () => {
    const inspector = await newInspector();
    const plugin = stdioPlugin(await newControl());
    const detach = inspector.attach(plugin.actor);
    await plugin.initialize();
    detach();
    expect([...inspector.trace()].join("")).toContain("mcp-tether:Guard");
    expect(() => inspector.attach({} as typeof plugin)).toThrow(/must be an ExternalPlugin/);
    await inspector.close();
    await inspector.close();
    expect(() => inspector.attach(plugin)).toThrow(/has been closed/);
  });
});

describe("who may steer", () => {
  const order = (command: string, connection = 1) => JSON.stringify({ connection, command });

  async function controlled(options: InspectorOptions) {
    const inspector = await newInspector(options);
    const { origin, headers } = access(inspector);
    const plugin = stdioPlugin(await newControl());
    inspector.attach(plugin);
    const steer = (body: string, more: Readonly<Record<string, string>> = { origin }) =>
      ask(`${origin}/api/control`, {
        method: "POST",
        body,
        headers: { ...headers, "content-type": "application/json", ...more },
      });
    return { plugin, steer };
  }

  it("is nobody, unless the host has said so", async () => {
    const { plugin, steer } = await controlled({});
    expect((await steer(order("start"))).status).toBe(403);
    expect(plugin.status().state).toBe("idle");
  });

  it("starts, reconnects and stops", async () => {
    const { plugin, steer } = await controlled({ allowControl: true });
    const ready = next(plugin, "ready");
    expect((await steer(order("start"))).status).toBe(202);
    expect(await ready).toEqual({ generation: 1 });
    const again = next(plugin, "ready");
    expect((await steer(order("reconnect"))).status).toBe(202);
    expect(await again).toEqual({ generation: 2 });
    expect((await steer(order("stop"))).status).toBe(202);
    await inState(plugin, "terminated");
    const refusal = await steer(order("start"));
    expect(refusal.status).toBe(200);
    expect(refusal.text).toContain("has been stopped");
  });

  it("is told when the actor has ended that was attached", async () => {
    const inspector = await newInspector({ allowControl: true });
    const { origin, headers } = access(inspector);
    const plugin = stdioPlugin(await newControl());
    inspector.attach(plugin.actor);
    await plugin.initialize();
    await plugin.shutdown();
    const asked = { method: "POST", body: order("reconnect") };
    const steering = { ...headers, origin, "content-type": "application/json" };
    expect(await ask(`${origin}/api/control`, { ...asked, headers: steering })).toMatchObject({
      status: 200,
      text: "Its actor has ended\n",
    });
  });

  it("says where it comes from", async () => {
    const { plugin, steer } = await controlled({ allowControl: true });
    expect((await steer(order("start"), {})).status).toBe(403);
    expect((await steer(order("start"), { origin: "https://evil.example" })).status).toBe(403);
    expect(plugin.status().state).toBe("idle");
  });

  it.each([
    ["nonsense", 400],
    [order("delete"), 400],
    [JSON.stringify({ connection: "1", command: "start" }), 400],
    ["null", 400],
    [order("start", 2), 404],
    ["x".repeat(2_000), 413],
  ])("says what is known: %s", async (body, status) => {
    const { plugin, steer } = await controlled({ allowControl: true });
    expect((await steer(body)).status).toBe(status);
    expect(plugin.status().state).toBe("idle");
  });

  it("speaks JSON, which no form of another page can send", async () => {
    const { steer } = await controlled({ allowControl: true });
    const inspector = { origin: "", "content-type": "text/plain" };
    expect((await steer(order("start"), inspector)).status).toBe(403);
  });
});

it("leaves a browser connections for the page and its buttons: one page too many is told so", async () => {
  const { origin, headers } = access(await newInspector());
  const pages = [];
  for (let count = 0; count < 4; count += 1)
    pages.push(await open(`${origin}/api/stream`, { headers }));
  expect(pages.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  const refusal = await ask(`${origin}/api/stream`, { headers });
  expect(refusal).toMatchObject({ status: 503, text: expect.stringContaining("close one") });
  pages[0]?.destroy();
  await expect
    .poll(async () => {
      const page = await open(`${origin}/api/stream`, { headers });
      page.destroy();
      return page.statusCode;
    })
    .toBe(200);
});

it("keeps no process alive, though somebody looks on", async () => {
  const index = pathToFileURL(path.join(projectRoot, "dist/src/inspector/index.js")).href;
  const program = `
    const { startInspector } = await import(${JSON.stringify(index)});
    const inspector = await startInspector();
    console.log(inspector.url);
    const looking = setInterval(() => inspector.viewers > 0 && clearInterval(looking), 5);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  afterwards(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const [line] = await once(createInterface(child.stdout), "line");
  const { origin, token } = partsOf(String(line));
  const page = await open(`${origin}/api/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  page.on("error", () => {}).resume();
  expect(await ended).toEqual([0, null]);
});

it("ends with its pages", async () => {
  const inspector = await newInspector();
  const { origin, headers } = access(inspector);
  const events = eventsIn(await open(`${origin}/api/stream`, { headers }));
  await events.next();
  await inspector.close();
  await expect(async () => {
    while (!(await events.next()).done);
  }).not.toThrow();
  await expect(ask(origin)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
