import { allow, definePlugin, modify, servePlugins } from "mcp-tether/server";
import { Ledger } from "../ledger.ts";
import { maskPatiently } from "./mask-patiently.ts";

const name = "PiiMasker";
const ledger = Ledger.fromEnvironment(name);

/** The payload with one of its members masked; how much was found is in the metadata, what was found is nowhere. */
async function masked<Payload extends object>(
  payload: Payload,
  member: keyof Payload,
  signal: AbortSignal,
): Promise<ReturnType<typeof modify<Payload>> | ReturnType<typeof allow>> {
  const { value, counts } = await maskPatiently(payload[member], signal);
  const metadata = { masked: counts };
  if (value === payload[member]) return allow(metadata);
  return modify({ ...payload, [member]: value }, metadata);
}

const plugin = definePlugin({
  name,
  version: "1.0.0",
  description: "Masks e-mail addresses, payment cards, account and national identity numbers",
  tags: ["privacy"],
  hooks: {
    prompt_pre_fetch: (payload, context, { signal }) =>
      ledger.run("prompt_pre_fetch", context, () => masked(payload, "args", signal)),
    tool_pre_invoke: (payload, context, { signal }) =>
      ledger.run("tool_pre_invoke", context, () => masked(payload, "args", signal)),
    tool_post_invoke: (payload, context, { signal }) =>
      ledger.run("tool_post_invoke", context, () => masked(payload, "result", signal)),
  },
});

await servePlugins([plugin], { transport: "stdio" });
