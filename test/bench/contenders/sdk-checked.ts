import { z } from "zod";
import { connectSdk } from "../clients/sdk-client.ts";
import type { Contender } from "../contender.ts";
import { pluginName } from "../workload.ts";

const record = z.record(z.string(), z.unknown());
const headers = z.record(z.string(), z.string()).nullish();

const envelope = z.object({
  plugin_name: z.literal(pluginName),
  result: z.object({
    continue_processing: z.boolean(),
    modified_payload: z.object({ name: z.string(), args: record.nullish(), headers }).nullish(),
    violation: z
      .object({
        reason: z.string(),
        description: z.string(),
        code: z.string(),
        details: record.nullish(),
        mcp_error_code: z.int().nullish(),
        http_status_code: z.int().nullish(),
        http_headers: headers,
      })
      .nullish(),
    metadata: record.nullish(),
    http_headers: headers,
  }),
});

/** What a careful host writes on top of the SDK: it acts on nothing that it has not checked. */
export const contender: Contender = {
  name: "sdk+zod",
  async connect(target) {
    const client = await connectSdk(target);
    return {
      invoke: async (question) => envelope.parse(JSON.parse(await client.call(question))).result,
      close: () => client.close(),
    };
  },
};
