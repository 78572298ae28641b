import { expect, test } from "vitest";
import { answerIn } from "../server/support/http-client.ts";
import { type RawRequest, rawRequest } from "../server/support/raw-http.ts";
import { ownOverHttp } from "./support/own-sites.ts";
import { referenceOverHttp } from "./support/reference-sites.ts";
import type { HttpSite } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const { site: reference } = useSite(() => referenceOverHttp());
const { site: ours } = useSite(() => ownOverHttp());

const json = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
};
const ping = '{"jsonrpc":"2.0","id":9,"method":"ping"}';

function post(body: string, headers: Record<string, string> = {}): RawRequest {
  return { method: "POST", headers: { ...json, ...headers }, body };
}

function ask(method: string, params?: unknown): RawRequest {
  return post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
}

/** Requests within a session, and the statuses and error codes that both servers answer, or each of them. */
const requests: readonly (readonly [string, RawRequest, Verdict, Verdict?])[] = [
  ["a ping", post(ping), [200]],
  ["an id that is a text", post(ping.replace("9", '"abc"')), [200]],
  ["quality values", post(ping, { accept: "text/event-stream;q=0.1, application/json" }), [200]],
  ["a character set", post(ping, { "content-type": "application/json; charset=utf-8" }), [200]],
  ["an older version of the protocol", post(ping, { "mcp-protocol-version": "2024-11-05" }), [200]],
  ["an origin on this machine", post(ping, { origin: "http://localhost:3000" }), [200]],
  ["resources/list", ask("resources/list"), [200]],
  ["resources/templates/list", ask("resources/templates/list"), [200]],
  ["prompts/list", ask("prompts/list"), [200]],
  ["tools/list with a cursor", ask("tools/list", { cursor: "x" }), [200]],
  [
    "tools/call with null",
    ask("tools/call", { name: "get_plugin_configs", arguments: null }),
    [200],
  ],
  ["a notification that nobody knows", post('{"jsonrpc":"2.0","method":"notifications/x"}'), [202]],
  ["an answer to nothing", post('{"jsonrpc":"2.0","id":1,"result":{}}'), [202]],
  ["resources/read", ask("resources/read", { uri: "file:///x" }), [200, 0]],
  ["prompts/get", ask("prompts/get", { name: "x" }), [200, 0]],
  ["tools/call of nothing", ask("tools/call", {}), [200, -32602]],
  ["tools/call with a list", ask("tools/call", { name: "x", arguments: [] }), [200, -32602]],
  ["initialize without parameters", ask("initialize"), [200, -32602]],
  ["logging/setLevel", ask("logging/setLevel", { level: "info" }), [200, -32601]],
  ["another type", post(ping, { "content-type": "text/plain" }), [400]],
  ["no JSON", post("{"), [400, -32700]],
  ["nothing", post(""), [400, -32700]],
  ["a foreign origin", post(ping, { origin: "http://evil.example" }), [403]],
  ["PUT", { ...post(ping), method: "PUT" }, [405, -32600]],
  ["OPTIONS", { method: "OPTIONS" }, [405, -32600]],
  ["GET of JSON", { headers: { accept: "application/json" } }, [406, -32600]],
  ["POST that accepts streams only", post(ping, { accept: "text/event-stream" }), [406, -32600]],
  ["another path", { path: "/other" }, [404]],
  ["an order to the health check", { method: "POST", path: "/health" }, [405]],
  // Where they differ, ours does what the protocol, or JSON-RPC, asks for.
  ["whatever is there", post(ping, { accept: "*/*" }), [406, -32600], [200]],
  ["a method that nobody knows", ask("nope"), [200, -32602], [200, -32601]],
  ["a batch", post(`[${ping}]`), [400, -32602], [400, -32600]],
  ["no version of JSON-RPC", post('{"id":1,"method":"ping"}'), [400, -32602], [400, -32600]],
  ["an id that is null", post(ping.replace("9", "null")), [202], [400, -32600]],
];

/** Status, and the code of a JSON-RPC error if there is one. */
type Verdict = readonly [status: number, code?: number];

const cases = requests.map(
  ([name, request, theirs, own = theirs]) => [name, { request, theirs, own }] as const,
);

test.each(cases)("both servers answer the same: %s", async (_, { request, theirs, own }) => {
  expect(await verdictOf(reference(), request)).toEqual(theirs);
  expect(await verdictOf(ours(), request)).toEqual(own);
});

async function verdictOf(site: HttpSite, request: RawRequest): Promise<Verdict> {
  const opened = await rawRequest(
    site,
    ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "0" },
    }),
  );
  const session = { "mcp-session-id": String(opened.headers["mcp-session-id"]) };
  await rawRequest(site, {
    ...post('{"jsonrpc":"2.0","method":"notifications/initialized"}', session),
  });
  const headers = { ...request.headers, ...session };
  const response = await rawRequest(site, { ...request, headers });
  await rawRequest(site, { method: "DELETE", headers: session });
  const isMessage = /json|event-stream/.test(response.headers["content-type"] ?? "");
  const { error } = isMessage && response.body !== "" ? answerIn(response) : {};
  return error === undefined ? [response.status] : [response.status, error.code];
}
