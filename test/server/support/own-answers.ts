import { expect } from "vitest";
import type { AnswerResult } from "./line-client.ts";

// The reference emits names of modes that older hosts refuse; ours are known to both generations.
const modeNames: Readonly<Record<string, string>> = {
  sequential: "enforce",
  transform: "permissive",
};

/** Envelopes that differ from the recorded ones, each because the reference loses something. */
const betterEnvelopes: Readonly<Record<string, (recorded: Envelope) => unknown>> = {
  // The metadata of a block. The reference drops it.
  violation: ({ result, ...rest }) => {
    expect(result).toMatchObject({ metadata: null });
    return { ...rest, result: { ...result, metadata: { blocker: "fixture" } } };
  },
  // The emptied context. The reference keeps it to itself, and its host goes on with the old one.
  context_cleared: (recorded) => {
    expect(recorded).not.toHaveProperty("context");
    return { ...recorded, context: emptied };
  },
  // JavaScript changes this integer as it reads it, so it would go back to the host as another one.
  echo_tool_post: ({ plugin_name }) => ({
    plugin_name,
    error: {
      message:
        "The answer of plugin Echo holds an integer beyond 2^53, which JavaScript may have changed. Pass it as a text, or let the plugin round it (unsafeNumbers).",
      plugin_name,
      code: "",
      details: {},
      mcp_error_code: -32603,
    },
  }),
};

const emptied = {
  state: {},
  global_context: {
    request_id: "r1",
    user: "alice",
    user_context: null,
    tenant_id: "t1",
    server_id: "s1",
    content_type: null,
    state: {},
    metadata: { m: "x" },
  },
  metadata: {},
};

interface Envelope {
  readonly plugin_name: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** What our server answers to a recorded request: what is recorded, but for the differences that are meant. */
export function ownAnswer(name: string, recorded: AnswerResult): AnswerResult {
  if (name === "initialize")
    return {
      ...recorded,
      serverInfo: { name: "MCP Plugin Server", version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    };
  const better = betterEnvelopes[name];
  if (better === undefined) return inOurWords(recorded);
  const envelope = JSON.parse(recorded.content?.[0]?.text ?? "") as Envelope;
  return {
    ...recorded,
    content: [{ type: "text", text: JSON.stringify(better(envelope), null, 2) }],
  };
}

/** A result of the reference with our names of modes, and without links to the documentation of a Python library. */
export function inOurWords(result: AnswerResult): AnswerResult {
  const text = JSON.stringify(result)
    .replace(/(\\*"mode\\*": ?\\*")(sequential|transform)/g, (_all, start, mode) => {
      return `${start}${modeNames[mode]}`;
    })
    .replace(/\\+n {4}For further information visit https:[^"\\]*/g, "");
  return JSON.parse(text) as AnswerResult;
}
