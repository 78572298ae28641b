import { describe, expect, test } from "vitest";
import { rawLines, recording } from "../server/support/golden.ts";
import { replay } from "../server/support/http-replay.ts";
import { LineClient } from "../server/support/line-client.ts";
import { referenceCommand, referenceOverHttp } from "./support/reference-sites.ts";
import { useSite } from "./support/sites.ts";

test("the reference's server writes the recorded lines, byte for byte", async () => {
  const { cmd, cwd, env } = referenceCommand("config.yaml", { PLUGINS_TRANSPORT: "stdio" });
  const client = new LineClient(cmd, { cwd, env: { ...process.env, ...env } });
  client.child.stderr.resume();
  try {
    for (const [name, line] of Object.entries(rawLines())) {
      const { method, params } = recording(name.replace(/^_/, "")).request;
      const { id } = JSON.parse(line);
      await client.request(method, params, id);
      if (method === "initialize") client.notify("notifications/initialized");
      expect(`${client.lines.at(-1)}\n`).toBe(line);
    }
  } finally {
    client.child.stdin.end();
  }
  expect(await client.ended).toEqual({ code: 0, signal: null });
});

describe("over HTTP", () => {
  const { site } = useSite(() => referenceOverHttp());

  test("statuses, headers and bodies are those that are recorded", async () => {
    const replays = await replay(site());
    expect(replays).not.toHaveLength(0);
    for (const { recorded, answer } of replays) {
      const { status, headers, body } = recorded.response;
      const names = Object.keys(headers);
      expect({ status: answer.status, headers: pick(answer.headers, names) }).toEqual({
        status,
        headers: Object.fromEntries(names.map((name) => [name, likeRecorded(name, headers[name])])),
      });
      // The listing of tools is a recording of its own.
      if (!body.includes("<see ")) expect(answer.body).toBe(body);
    }
  });
});

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}

/** Session ids and ports are those of the run. */
function likeRecorded(name: string, value: unknown): unknown {
  if (name === "mcp-session-id") return expect.stringMatching(/^[\da-f]{32}$/);
  if (name === "location") return expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  return value;
}
