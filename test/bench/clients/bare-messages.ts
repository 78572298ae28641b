import type { Envelope, Result } from "../workload.ts";

export interface BareAnswer {
  readonly id: number;
  readonly result: {
    readonly protocolVersion?: string;
    readonly content: readonly { readonly text: string }[];
  };
}

export const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

export const hello = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "bare", version: "1.0.0" },
};

export function requestText(id: number, method: string, params: object): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`;
}

/** The least that a client has to do to have a result. It trusts that the answer is one. */
export function resultOf({ result }: BareAnswer): Result {
  const envelope: Envelope = JSON.parse(result.content[0]?.text ?? "");
  return envelope.result;
}
