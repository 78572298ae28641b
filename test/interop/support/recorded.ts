import { writeExactly } from "../../server/support/exact-json.ts";
import { recording, recordingNames } from "../../server/support/golden.ts";
import { type AnswerResult, envelope } from "../../server/support/line-client.ts";

/** What a client of either language sees of a recorded call: the arguments, and the envelope of the answer. */
export interface RecordedCall {
  readonly name: string;
  readonly hook_type: string;
  readonly plugin_name: string;
  readonly payload: unknown;
  readonly context: object;
  readonly envelope: RecordedEnvelope;
}

export interface RecordedEnvelope {
  readonly plugin_name: string;
  readonly result?: Record<string, unknown>;
  readonly error?: Record<string, unknown>;
  readonly context?: Record<string, unknown>;
}

interface ToolCall {
  readonly method: string;
  readonly params?: {
    readonly name: string;
    readonly arguments: Omit<RecordedCall, "name" | "envelope">;
  };
}

/** What a server answers to a recorded request. */
export type Answering = (name: string, recorded: AnswerResult) => AnswerResult;

/** The reference does what it did. */
export const asRecorded: Answering = (_name, recorded) => recorded;

/** Recorded calls of hooks that a client can make as they are: a host cannot even write the others with its API. */
export function recordedCalls(answering: Answering): RecordedCall[] {
  return recordingNames.flatMap((name) => {
    const { request, result } = recording(name);
    const { params } = JSON.parse(writeExactly(request)) as ToolCall;
    if (params?.name !== "invoke_hook" || result.isError) return [];
    const answer = envelope({ jsonrpc: "2.0", id: name, result: answering(name, result) });
    return [{ name, ...params.arguments, envelope: answer as unknown as RecordedEnvelope }];
  });
}
