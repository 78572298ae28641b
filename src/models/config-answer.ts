import { PluginError } from "../errors.ts";
import { AnswerFault, parseAnswerText, textBlocks } from "./answer-text.ts";
import { asRecord, ShapeFault } from "./members.ts";
import { redacted } from "./redact.ts";

/**
 * What the server says in its `result` of `tools/call` for `get_plugin_config`: the content of the first text block, or
 * undefined where there is none.
 *
 * @throws PluginError `CONFIG_FETCH_FAILED` if the tool failed, or its answer cannot be read
 */
export function readConfigAnswer(plugin: string, toolResult: unknown): unknown {
  try {
    const texts = textBlocks(toolResult);
    const { isError = false }: { isError?: unknown } = asRecord(toolResult, "");
    const [first] = texts;
    if (isError !== false)
      throw failed(
        plugin,
        `its tool get_plugin_config failed, or it has none and is no plugin server: ${redacted(texts.join("\n"))}`,
      );
    // A number in it decides nothing that rounding would change.
    const rules = { refusePrototypeKeys: true, roundIntegers: true };
    return first === undefined ? undefined : parseAnswerText(first, rules);
  } catch (thrown) {
    if (thrown instanceof ShapeFault) throw failed(plugin, `${thrown.path} ${thrown.message}`);
    if (thrown instanceof AnswerFault) throw failed(plugin, thrown.message);
    throw thrown;
  }
}

function failed(plugin: string, why: string): PluginError {
  return new PluginError({
    code: "CONFIG_FETCH_FAILED",
    message: `Unable to retrieve configuration for external plugin ${plugin}: the server's answer cannot be used: ${why}`,
    plugin,
    phase: "fetchingConfig",
  });
}
