import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Target } from "../contender.ts";
import { callParams, type Question } from "../workload.ts";

export interface SdkClient {
  /** The text of the answer, which nobody has read yet */
  call(question: Question): Promise<string>;
  close(): Promise<void>;
}

/** The official SDK's client, with its default settings. */
export async function connectSdk(target: Target): Promise<SdkClient> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  await client.connect(transportTo(target));
  return {
    async call(question) {
      const { content } = await client.callTool(callParams(question));
      const [block] = content as readonly { readonly text?: string }[];
      return block?.text ?? "";
    },
    close: () => client.close(),
  };
}

function transportTo(target: Target): Transport {
  if (target.kind === "stdio")
    return new StdioClientTransport({ command: target.command, args: [...target.args] });
  // The SDK's own types do not agree under exactOptionalPropertyTypes.
  return new StreamableHTTPClientTransport(new URL(target.url)) as Transport;
}
