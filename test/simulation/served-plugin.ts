import {
  definePlugin,
  type HookContext,
  type HookHandlers,
  type Plugin,
} from "../../src/server/index.ts";
import type { Dice } from "./dice.ts";
import type { History } from "./history.ts";

export const pluginName = "Guard";

const polluted = '{"stamp":"polluted"}';
const context = `{"state":${polluted},"metadata":${polluted},"global_context":{"request_id":"r","state":${polluted},"metadata":{}}}`;
const named = `"plugin_name":"${pluginName}"`;
const error =
  '"error":{"message":"it failed","plugin_name":"Guard","code":"E1","details":{},"mcp_error_code":-32603}';

/** What no plugin should answer, or only with a failure. Where there is a context, it must not be taken. */
export const answers: readonly [string, ...string[]] = [
  "nonsense",
  "[]",
  "{}",
  `{${named},"result":{}}`,
  `{${named},"result":{"continue_processing":"true"},"context":${context}}`,
  `{${named},${error},"context":${context}}`,
  `{${named},"result":{"continue_processing":true},${error},"context":${context}}`,
  `{"plugin_name":"guard","result":{"continue_processing":true},"context":${context}}`,
  `{"result":{"continue_processing":true},"context":${context}}`,
  `{${named},"result":{"continue_processing":true,"metadata":{"stamp":12345678901234567890}}}`,
  `{${named},"context":${context}}`,
];

export interface ServedPlugins {
  readonly full: Plugin;
  /** Another version, which knows one hook less */
  readonly less: Plugin;
}

/** The plugin on the far side. It writes down each run itself, and answers with the mark of that run in all places. */
export function servedPlugins(history: History, dice: Dice): ServedPlugins {
  let runs = 0;
  const run = (key: string, context: HookContext) => {
    const stamp = `${key}#${++runs}`;
    const isFailing = dice.chance(0.03);
    const allows = dice.chance(0.6);
    history.add({ ev: "run", key, stamp, allows });
    context.state = { stamp };
    context.metadata = { stamp };
    context.global_context.state = { stamp };
    if (isFailing) throw new Error("the hook has failed");
    return { continue_processing: allows, metadata: { stamp } };
  };
  const hooks: HookHandlers = { tool_pre_invoke: ({ name }, context) => run(name, context) };
  const more: HookHandlers = {
    ...hooks,
    prompt_pre_fetch: ({ prompt_id }, context) => run(prompt_id, context),
  };
  return {
    full: definePlugin({ name: pluginName, hooks: more }),
    less: definePlugin({ name: pluginName, description: "with fewer hooks", hooks }),
  };
}
