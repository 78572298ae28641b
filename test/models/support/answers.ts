import { PluginError } from "../../../src/errors.ts";
import type { HookDefinition } from "../../../src/hooks/hook-definition.ts";
import { findHook } from "../../../src/hooks/hook-registry.ts";
import type { DecodeOptions } from "../../../src/models/decode.ts";
import { type DecodedAnswer, decodeHookAnswer } from "../../../src/models/decode.ts";

export const strict: DecodeOptions = { validation: "strict", unsafeNumbers: "reject" };
export const reference: DecodeOptions = { validation: "reference", unsafeNumbers: "reject" };

export function hookNamed(type: string): HookDefinition {
  const hook = findHook(type);
  if (hook === undefined) throw new Error(`no hook ${type}`);
  return hook;
}

/** A tool's result with a text block for each value; a text is taken as it is. */
export function toolResult(...blocks: readonly unknown[]): {
  content: unknown[];
  isError: boolean;
} {
  const content = blocks.map((block) => ({
    type: "text",
    text: typeof block === "string" ? block : JSON.stringify(block),
  }));
  return { content, isError: false };
}

export const allow = { continue_processing: true };

/** The envelope of plugin P with an allow, changed as said. */
export function envelope(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { plugin_name: "P", result: allow, ...changes };
}

export function decode(
  answer: unknown,
  options: DecodeOptions = strict,
  hookType = "tool_pre_invoke",
): DecodedAnswer {
  return decodeHookAnswer(hookNamed(hookType), "P", answer, options);
}

/** The PluginError that a function throws. */
export function failureOf(run: () => unknown): PluginError {
  let returned: unknown;
  try {
    returned = run();
  } catch (thrown) {
    if (PluginError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error(`nothing was thrown, but ${JSON.stringify(returned)} returned`);
}
