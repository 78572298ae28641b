import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import { ownAnswer } from "../server/support/own-answers.ts";
import { rawRequest } from "../server/support/raw-http.ts";
import { fullContext } from "./support/clients.ts";
import { casesByHook } from "./support/hook-cases.ts";
import { ownOverHttp, ownOverSocket, ownOverStdio, ownOverTls } from "./support/own-sites.ts";
import { type RecordedCall, recordedCalls } from "./support/recorded.ts";
import { ReferenceClient } from "./support/reference-client.ts";
import type { HttpSite, Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

// It cannot even make these: it refuses them before it sends anything.
const unsendable = /^(malformed_|payload_as_json_string|unknown_hook|unknown_plugin)/;
const calls = recordedCalls(ownAnswer)
  .filter(({ name }) => !unsendable.test(name))
  .map((call) => [call.name, call] as const);

const httpWays: Record<string, (folder: string) => Promise<HttpSite>> = {
  HTTP: () => ownOverHttp(),
  "HTTP on a Unix socket": (folder) => ownOverSocket(folder),
};
/** Those that the reference's own server can be reached by */
const mainWays: Record<string, (folder: string) => Site | Promise<Site>> = {
  stdio: () => ownOverStdio(),
  ...httpWays,
};
const ways: typeof mainWays = {
  ...mainWays,
  "HTTP, answers as JSON": () => ownOverHttp({ jsonResponse: true }),
  "HTTP without sessions": () => ownOverHttp({ stateless: true }),
  "mutual TLS": (folder) => ownOverTls(folder, { mutual: true }),
};

describe.each(Object.entries(ways))(
  "the reference's client with our server over %s",
  (name, open) => {
    const { site } = useSite(open);
    const opened: string[] = [];
    let client: ReferenceClient;

    beforeAll(() => {
      client = new ReferenceClient();
    });

    afterAll(async () => {
      await client.end();
    });

    async function ready(plugin: string): Promise<void> {
      if (opened.includes(plugin)) return;
      expect(await client.initialise(plugin, site().mcp)).toHaveProperty("config");
      opened.push(plugin);
    }

    test("takes over what the server says of a plugin, in its own words", async () => {
      const { config } = await client.initialise("BlockPermissive", site().mcp);
      opened.push("BlockPermissive");
      expect(config).toMatchObject({
        name: "BlockPermissive",
        kind: "external",
        hooks: ["tool_pre_invoke"],
        // What we call so that ContextForge knows it too.
        mode: "transform",
        on_error: "fail",
        priority: 100,
      });
    });

    test("learns that there is no such plugin", async () => {
      expect(await client.initialise("Nope", site().mcp)).toMatchObject({
        error: { message: "Unable to retrieve configuration for external plugin" },
      });
    });

    test.each(calls)("%s", async (_name, call) => {
      await ready(call.plugin_name);
      const { plugin_name, hook_type, payload, context } = call;
      const answer = await client.invoke(plugin_name, hook_type, payload, fullContext(context));
      expect({ ...answer, session: undefined }).toEqual(seenByPython(call));
    });

    test.each(casesByHook)("%s", async (hook, { plugin, payload, modified }) => {
      await ready(plugin);
      const { result } = await client.invoke(plugin, hook, payload, fullContext({}));
      expect(result).toMatchObject({ continue_processing: true, violation: null });
      expect(result).toHaveProperty("modified_payload", withoutUnset(modified));
    });

    test("an error that a plugin reports arrives with all its fields", async () => {
      await ready("Raise");
      const payload = { name: "plugin_error" };
      const { error } = await client.invoke("Raise", "tool_pre_invoke", payload, fullContext({}));
      expect(error).toEqual({
        message: "typed failure",
        plugin_name: "Raise",
        code: "E_TYPED",
        details: { why: "fixture" },
        mcp_error_code: -32001,
      });
    });

    const numberOfCalls = name in mainWays ? 500 : 100;
    test.each([1, 8])(
      `${numberOfCalls} calls, %i at a time, each with its own answer`,
      async (atATime) => {
        await ready("Rewrite");
        expect(await client.burst(numberOfCalls, atATime)).toEqual({ right: numberOfCalls });
      },
    );

    test("shuts down", async () => {
      for (const plugin of opened.toReversed()) expect(await client.shutdown(plugin)).toEqual({});
    });
  },
);

describe.each(Object.entries(httpWays))(
  "the reference's client loses its session over %s",
  (_, open) => {
    const { site } = useSite(open);

    test("and goes on with another one, which it ends with a DELETE", async () => {
      const client = new ReferenceClient();
      try {
        const first = await client.initialise("Echo", site().mcp);
        expect((await ask(first.session, "DELETE")).status).toBe(200);

        const second = await invokeEcho(client);
        expect(second).toMatchObject({ result: { continue_processing: true } });
        expect(second.session).toMatch(/^[\da-f]{32}$/);
        expect(second.session).not.toBe(first.session);

        await site().restart("SIGTERM");
        const third = await invokeEcho(client);
        expect(third).toMatchObject({ result: { continue_processing: true } });
        expect(third.session).not.toBe(second.session);

        expect(await client.shutdown("Echo")).toEqual({});
        expect((await ask(third.session, "DELETE")).status).toBe(404);
      } finally {
        await client.end();
      }
    });

    async function ask(session: string | null | undefined, method: string) {
      return await rawRequest(site(), { method, headers: { "mcp-session-id": session ?? "" } });
    }
  },
);

describe("the reference's client loses the process of our server over stdio", () => {
  const { site, folder } = useSite(() => ownOverStdio());

  test("in a call, starts it again and repeats the call", async () => {
    const client = new ReferenceClient();
    try {
      const once = path.join(folder(), "once");
      await client.initialise("Die", site().mcp);
      const payload = { name: "t", args: { once } };
      const answer = await client.invoke("Die", "tool_pre_invoke", payload, fullContext({}));
      expect(answer).toMatchObject({ result: { continue_processing: true } });
      expect(await readFile(once, "utf8")).toBe("died\n");
      expect(await client.shutdown("Die")).toEqual({});
    } finally {
      await client.end();
    }
  });
});

// Its models make objects of what is in messages, and leave out those of their fields that have no value.
function withoutUnset(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner) => (key === "unset" ? undefined : inner));
}

async function invokeEcho(client: ReferenceClient) {
  return await client.invoke("Echo", "tool_pre_invoke", { name: "t" }, fullContext({}));
}

/** A recorded call, as the reference's models show it. */
function seenByPython({ name, context, envelope }: RecordedCall): object {
  const sent = withAllFields(fullContext(context));
  if (envelope.error) return { error: envelope.error, context: sent };
  const returned = envelope.context as PluginContext | undefined;
  const result = {
    ...envelope.result,
    // A field without a value is left out of the request, so the default is used.
    ...(name === "payload_null_args" && { modified_payload: { prompt_id: "p", args: {} } }),
  };
  if (returned === undefined) return { result, context: sent };
  const { state, metadata, global_context } = returned;
  return {
    result,
    context: {
      state,
      metadata,
      global_context: { ...sent.global_context, state: global_context.state },
    },
  };
}

function withAllFields({ state, metadata, global_context }: PluginContext): PluginContext {
  const { request_id, user, tenant_id, server_id } = global_context;
  return {
    state,
    metadata,
    global_context: {
      request_id,
      user: user ?? null,
      user_context: null,
      tenant_id: tenant_id ?? null,
      server_id: server_id ?? null,
      content_type: null,
      state: global_context.state,
      metadata: global_context.metadata,
    },
  };
}
