import type { PluginContext } from "mcp-tether";

export const pluginName = "Bench";
export const hook = "tool_pre_invoke";

/** One call: the plugin is to send back its payload, as the modified one. */
export interface Question {
  /** Another one for every call, so that an answer to another call is found out */
  readonly number: number;
  /** About so many bytes go each way */
  readonly bytes: number;
}

/** What is known of an answer: the text that has the envelope, or the result in it. */
export type Answer = string | Result;

export interface Result {
  readonly continue_processing: boolean;
  readonly modified_payload?: unknown;
}

export interface Envelope {
  readonly plugin_name: string;
  readonly result: Result;
}

export interface Payload {
  readonly name: string;
  readonly args: { readonly number: number; readonly filling: string };
  readonly headers: null;
}

/** Bytes of an envelope around its filling: about, and at least. */
const overhead = 150;
const shortestEnvelope = 100;
const numberKey = '"number":';
const tool = "get_weather";
// With quotes in it, so that JSON within JSON costs what it costs.
const words = 'lorem ipsum dolor "sit" amet, ';
const fillings = new Map<number, string>();

function fillingOf(bytes: number): string {
  let filling = fillings.get(bytes);
  if (filling === undefined) {
    const length = Math.max(16, bytes - overhead);
    // From bytes, since a text that was put together from parts would be joined again in every call.
    filling = Buffer.from(
      words.repeat(Math.ceil(length / words.length)).slice(0, length),
    ).toString();
    fillings.set(bytes, filling);
  }
  return filling;
}

export function payloadOf({ number, bytes }: Question): Payload {
  return { name: tool, args: { number, filling: fillingOf(bytes) }, headers: null };
}

export const context: PluginContext = {
  state: {},
  metadata: {},
  global_context: {
    request_id: "req-0001",
    user: "alice",
    tenant_id: null,
    server_id: "srv-1",
    state: {},
    metadata: {},
  },
};

/** The `params` of `tools/call` for a question. */
export function callParams(question: Question): {
  name: string;
  arguments: Record<string, unknown>;
} {
  return {
    name: "invoke_hook",
    arguments: {
      hook_type: hook,
      plugin_name: pluginName,
      payload: payloadOf(question),
      context,
    },
  };
}

/** Throws unless it is the answer to this question, and whole. */
export function verify(answer: Answer, question: Question): void {
  const isRight = typeof answer === "string" ? isTextOf(answer, question) : isOf(answer, question);
  if (!isRight) throw new Error(`wrong answer to call ${question.number}`);
}

// Whoever does not look into the text must not be made to: the number stands near its beginning.
function isTextOf(text: string, { number, bytes }: Question): boolean {
  const start = text.indexOf(numberKey) + numberKey.length;
  const given = Number.parseInt(text.slice(start, start + 12), 10);
  return given === number && text.length > fillingOf(bytes).length + shortestEnvelope;
}

function isOf(result: Result, { number, bytes }: Question): boolean {
  const payload = result.modified_payload as Partial<Payload> | null | undefined;
  return (
    result.continue_processing === true &&
    payload?.args?.number === number &&
    payload.args.filling.length === fillingOf(bytes).length
  );
}

/** The envelope that a server answers with, as JSON text. */
export function envelopeText(payload: Payload): string {
  const result = {
    continue_processing: true,
    modified_payload: payload,
    violation: null,
    metadata: {},
  };
  return JSON.stringify({ plugin_name: pluginName, result });
}

/** What `get_plugin_config` answers. */
export const configText: string = JSON.stringify({
  name: pluginName,
  kind: "bench.Plugin",
  description: "sends payloads back",
  author: "bench",
  version: "1.0.0",
  hooks: [hook],
  tags: [],
  mode: "enforce",
  priority: 1,
  config: {},
});
