import { expect, test } from "vitest";
import { PluginError } from "../../../src/errors.ts";
import type { PluginContext } from "../../../src/models/plugin-context.ts";
import { type Clients, fullContext, invoke } from "./clients.ts";
import { type Answering, type RecordedCall, recordedCalls } from "./recorded.ts";

/** What a call came to: what it resolved or rejected with, and what is in the caller's context afterwards. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: unknown;
  readonly context: unknown;
}

/** How what a client sees differs from what is recorded, by the name of the recording. */
type Differences = Readonly<Record<string, (recorded: Outcome) => Outcome>>;

/** Changes a recorded outcome to an error, and leaves the caller's context as it was. */
function failing(code: string, outcome: string | undefined, message: RegExp) {
  return ({ context }: Outcome): Outcome => ({
    error: {
      code,
      outcome,
      model: expect.objectContaining({ message: expect.stringMatching(message) }),
    },
    context,
  });
}

/** What our client refuses itself, or asks for in another way, whatever the server. */
const byClient: Differences = {
  // JavaScript would change the integer in the answer. A server that refuses first is believed.
  echo_tool_post: (recorded) =>
    "error" in recorded
      ? recorded
      : failing("INVALID_RESPONSE", "answered", /beyond ±\(2\^53 - 1\)/)(recorded),
  // Fields without a value are left out of requests, as the reference's client does it; so the default is used.
  payload_null_args: ({ result, context }) => ({
    result: { ...(result as object), modified_payload: { prompt_id: "p", args: {} } },
    context,
  }),
  payload_as_json_string: failing("SERIALIZE_FAILED", "not_processed", /payload must be an object/),
  malformed_context_empty: failing("SERIALIZE_FAILED", "not_processed", /global_context/),
  malformed_context_no_request_id: failing("SERIALIZE_FAILED", "not_processed", /request_id/),
  unknown_hook: failing("HOOK_UNKNOWN", "not_processed", /'no_such_hook' not registered/),
  // These two are refused when the connection is opened, before there is a call.
  unknown_plugin: failing("CONFIG_FETCH_FAILED", undefined, /^Unable to retrieve configuration/),
  plugin_name_is_case_sensitive: failing("CONFIG_FETCH_FAILED", undefined, /upper and lower case/),
};

/** Makes all recorded calls through clients, and compares every field of what comes back. */
export function testRecordedCalls(clients: Clients, answering: Answering): void {
  const calls = recordedCalls(answering).map((call) => [call.name, call] as const);
  test.each(calls)("%s", async (_, call) => {
    const recorded = recordedOutcome(call);
    const expected = byClient[call.name]?.(recorded) ?? recorded;
    expect(await outcomeOf(clients, call)).toEqual(expected);
  });
}

async function outcomeOf(clients: Clients, call: RecordedCall): Promise<Outcome> {
  const context = contextOf(call);
  try {
    const plugin = await clients.of(call.plugin_name);
    return { result: await invoke(plugin, call.hook_type, call.payload, context), context };
  } catch (thrown) {
    if (!PluginError.is(thrown)) throw thrown;
    const { code, outcome, error: model } = thrown;
    return { error: { code, outcome, model }, context };
  }
}

// Where the recording is about what a context lacks, it stays so.
function contextOf({ name, context }: RecordedCall): PluginContext {
  return name.startsWith("malformed_context") ? (context as PluginContext) : fullContext(context);
}

function recordedOutcome(call: RecordedCall): Outcome {
  const { result, error, context: returned } = call.envelope;
  const sent = contextOf(call);
  if (error !== undefined)
    return { error: { code: "PLUGIN_ERROR", outcome: "answered", model: error }, context: sent };
  if (returned === undefined) return { result, context: sent };
  const { state, metadata, global_context } = returned as unknown as PluginContext;
  // These three are taken over, as whole objects, and nothing else.
  return {
    result,
    context: {
      ...sent,
      state,
      metadata,
      global_context: { ...sent.global_context, state: global_context.state },
    },
  };
}
