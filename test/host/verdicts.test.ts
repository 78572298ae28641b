import { expect, test } from "vitest";
import { PluginError } from "../../src/errors.ts";
import { parseHostConfig } from "../../src/host/index.ts";
import { golden } from "./support/documents.ts";

/** Paths of what is wrong, as CPEX's models say them. One of the form `(SomeError)` is no path. */
type Verdict = "accepted" | readonly string[];

const { env, verdicts } = golden<{
  env: Record<string, string>;
  verdicts: [text: string, verdict: Verdict][];
}>("verdicts.json");

function ourVerdict(text: string): Verdict {
  try {
    parseHostConfig(text, { env });
    return "accepted";
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return (error.issues ?? []).map(({ path }) => path);
  }
}

/** What is judged otherwise on purpose, each by a part of its text. The README's table says why. */
const stricter = [
  // Can only be mistakes
  "name: ''",
  "name: ' '",
  "kind: ''",
  "script: ' '",
  "{host: ''}",
  "port: 70000",
  "port: -1",
  "reconnect_attempts: -1",
  "reconnect_delay: -1",
  "reconnect_delay: .inf",
  "ssl_cert_reqs: 7",
  "A=B",
  "priority: true",
  "port: true",
  "capabilities: read_headers",
  "capabilities: ~",
  // Could not be reached
  "wss://a.example/",
  "proto: SSE",
  "http://256.1.1.1/",
  "http://xn--/",
  "http://a.example/\u00a0b",
  // Would be in the clear, or is not
  "https://guard.example/mcp', uds",
  "server_settings: {tls: {}}",
  // Found out later, or by the other generation
  "{name: A, kind: external, mcp: {proto: STDIO, cmd: [node, server.js]}}, {name: A,",
  "plugin_timeout: x",
  "plugin_timeout: 0",
  // JavaScript would change it
  "9007199254740993",
  // Files and templates
  /^\[]$/,
  "{{ env.NO }}",
  "| upper",
  "{% if",
  "{name: A, name: B",
];
const moreLenient = [
  // Found out when it is started
  "script: /no/such.py",
  "cwd: /no/such/folder",
  // For `urlPolicy` to say
  "http://127.0.0.1/",
  "http://10.0.0.1/",
  "http://192.168.1.1/",
  "http://169.254.169.254/",
  "http://[::1]/",
  "http://[2001:db8::1]/",
  "http://a.example/v[1]",
  "http://profile:8080/",
  // For others
  "grpc: {target: none}",
  "unix_socket: {}",
  "kind: a.B, mcp: {proto: STDIO}",
  "grpc_server_settings: {port: x}",
  "unix_socket_server_settings: {path: 1}",
];

const matching = (list: readonly (string | RegExp)[], text: string): readonly unknown[] =>
  list.filter((part) => (typeof part === "string" ? text.includes(part) : part.test(text)));

const differing = verdicts.filter(
  ([text, theirs]) => (theirs === "accepted") !== (ourVerdict(text) === "accepted"),
);

test("there is enough to be judged", () => {
  const accepted = verdicts.filter(([, verdict]) => verdict === "accepted");
  expect(accepted.length).toBeGreaterThan(100);
  expect(verdicts.length - accepted.length).toBeGreaterThan(100);
});

test("what the reference accepts is accepted, but for what is listed", () => {
  const refused = differing.filter(([, theirs]) => theirs === "accepted");
  for (const [text] of refused)
    expect({ text, by: matching(stricter, text) }).toMatchObject({ by: [expect.anything()] });
  expect(refused).toHaveLength(stricter.length);
});

test("what the reference refuses is refused, but for what is listed", () => {
  const accepted = differing.filter(([, theirs]) => theirs !== "accepted");
  for (const [text] of accepted)
    expect({ text, by: matching(moreLenient, text) }).toMatchObject({ by: [expect.anything()] });
  expect(accepted).toHaveLength(moreLenient.length);
});

test("what both refuse is refused at the same fields", () => {
  const both = verdicts.filter((entry) => !differing.includes(entry) && entry[1] !== "accepted");
  expect(both.length).toBeGreaterThan(80);
  for (const [text, theirs] of both) {
    const ours = ourVerdict(text);
    for (const path of theirs) {
      // A rule between fields is told of the section there, and of the field that is to be mended here.
      if (path.startsWith("(")) continue;
      const found = [...ours].some(
        (at) =>
          at === path || at.startsWith(`${path}.`) || path === "" || path.startsWith(`${at}.`),
      );
      expect({ text, path, ours, found }).toMatchObject({ found: true });
    }
  }
});
