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

/** What is judged otherwise on purpose, each by a part of its text. The README says why. */
const stricter = [
  "capabilities: read_headers",
  "reconnect_attempts: -1",
  "reconnect_delay: -1",
  "reconnect_delay: .inf",
  "wss://a.example/",
  "proto: SSE",
  "server_settings: {tls: {}}",
  "ssl_cert_reqs: 7",
  "name: ''",
  "name: ' '",
  "{{ env.NO }}",
  "| upper",
  "{% if",
  "{name: A, name: B",
];
const moreLenient = [
  "script: /no/such.py",
  "cwd: /no/such/folder",
  "http://127.0.0.1/",
  "http://10.0.0.1/",
  "http://192.168.1.1/",
  "http://169.254.169.254/",
  "http://[::1]/",
];

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
    expect(stricter.filter((part) => text.includes(part))).toHaveLength(1);
  expect(refused).toHaveLength(stricter.length);
});

test("what the reference refuses is refused, but for what is listed", () => {
  const accepted = differing.filter(([, theirs]) => theirs !== "accepted");
  for (const [text] of accepted)
    expect(moreLenient.filter((part) => text.includes(part))).toHaveLength(1);
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
