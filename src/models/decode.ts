import { PluginError, type PluginErrorCode, type PluginErrorModel } from "../errors.ts";
import type { HookDefinition } from "../hooks/hook-definition.ts";
import { AnswerFault, parseAnswerText, textBlocks } from "./answer-text.ts";
import { asRecord, ShapeFault } from "./members.ts";
import type { PluginResult } from "./plugin-result.ts";
import { type ReturnedContext, readReturnedContext } from "./read-context.ts";
import { readError } from "./read-error.ts";
import { readResult } from "./read-result.ts";
import { isRecord } from "./records.ts";
import { redacted } from "./redact.ts";

export interface DecodeOptions {
  /**
   * - `strict`: the answer is exactly what the contract says, or it is refused
   * - `reference`: as the reference client reads it. `isError`, `plugin_name` and all that follows a result or an error
   *   are not looked at, and a result without `continue_processing` is an allow. The types of its members still count
   */
  readonly validation: "strict" | "reference";
  /** What becomes of integers beyond ±(2^53 - 1) */
  readonly unsafeNumbers: "reject" | "round";
}

export interface DecodedAnswer {
  readonly kind: "result";
  /** With every member, the `modified_payload` checked against the hook */
  readonly result: PluginResult<unknown>;
  /** What is to be committed to the caller's context. Missing where the server returned none */
  readonly context?: ReturnedContext;
}

interface Envelope {
  readonly plugin_name?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly context?: unknown;
}

/**
 * Reads the `result` of an answered `tools/call` of `invoke_hook`.
 *
 * @throws PluginError with outcome `answered`: `JSON_DECODE_ERROR`, `INVALID_RESPONSE`, `TOO_LARGE` (nested too deeply), or
 *   `PLUGIN_ERROR` if the answer is an error of the plugin, which is then in `error`, unchanged
 */
export function decodeHookAnswer(
  hook: HookDefinition,
  pluginName: string,
  result: unknown,
  options: DecodeOptions,
): DecodedAnswer {
  let texts: readonly string[] = [];
  try {
    texts = textBlocks(result);
    return options.validation === "strict"
      ? readStrictly(hook, pluginName, result, texts, options)
      : readAsReference(hook, texts, options);
  } catch (thrown) {
    throw asPluginError(thrown, { hook, pluginName, result, texts });
  }
}

/** What the plugin answered instead of a result. */
class ErrorAnswer extends Error {
  readonly model: PluginErrorModel;

  constructor(model: PluginErrorModel) {
    super();
    this.model = model;
  }
}

/** The server says that the tool itself failed, which no plugin does. */
class FailedTool extends Error {}

function readStrictly(
  hook: HookDefinition,
  pluginName: string,
  answer: unknown,
  texts: readonly string[],
  options: DecodeOptions,
): DecodedAnswer {
  const { isError = false }: { isError?: unknown } = asRecord(answer, "");
  if (isError !== false) throw new FailedTool();
  const rules = { refusePrototypeKeys: true, roundIntegers: options.unsafeNumbers === "round" };
  const envelopes = texts.map((text) => asEnvelope(parseAnswerText(text, rules)));
  for (const envelope of envelopes) checkName(envelope, pluginName);
  const last = envelopes.at(-1);
  if (last === undefined) throw new ShapeFault("content", "has no text");
  if (envelopes.slice(0, -1).some((envelope) => !isContextOnly(envelope)))
    throw new ShapeFault("", "only blocks of context may come before the last block");
  const [hasResult, hasError] = [Object.hasOwn(last, "result"), Object.hasOwn(last, "error")];
  if (hasResult && hasError) throw new ShapeFault("", "it has both result and error");
  if (hasError) throw new ErrorAnswer(readError(last.error));
  if (!hasResult) throw new ShapeFault("", "it has neither result nor error");
  return decoded(readResult(last.result, hook, false), envelopes);
}

function readAsReference(
  hook: HookDefinition,
  texts: readonly string[],
  options: DecodeOptions,
): DecodedAnswer {
  const rules = { refusePrototypeKeys: false, roundIntegers: options.unsafeNumbers === "round" };
  const envelopes: Envelope[] = [];
  for (const text of texts) {
    const envelope = asEnvelope(parseAnswerText(text, rules));
    envelopes.push(envelope);
    if (Object.hasOwn(envelope, "result"))
      return decoded(readResult(envelope.result, hook, true), envelopes);
    if (Object.hasOwn(envelope, "error")) throw new ErrorAnswer(readError(envelope.error));
  }
  throw new ShapeFault("", "it has neither result nor error");
}

function asEnvelope(parsed: unknown): Envelope {
  if (isRecord(parsed)) return parsed;
  throw new ShapeFault("", "it is no object");
}

/** A block of context need not say whose it is. */
function checkName(envelope: Envelope, pluginName: string): void {
  if (isContextOnly(envelope) && !Object.hasOwn(envelope, "plugin_name")) return;
  if (!Object.hasOwn(envelope, "plugin_name") || envelope.plugin_name !== pluginName)
    throw new ShapeFault("plugin_name", "is not the name of the plugin that was called");
}

function isContextOnly(envelope: Envelope): boolean {
  return (
    Object.hasOwn(envelope, "context") &&
    !Object.hasOwn(envelope, "result") &&
    !Object.hasOwn(envelope, "error")
  );
}

/** Every context is read, so that a broken one is refused, and the last one counts: each replaces the one before. */
function decoded(result: PluginResult<unknown>, envelopes: readonly Envelope[]): DecodedAnswer {
  let context: ReturnedContext | undefined;
  for (const envelope of envelopes) {
    if (Object.hasOwn(envelope, "context")) context = readReturnedContext(envelope.context);
  }
  return context === undefined ? { kind: "result", result } : { kind: "result", result, context };
}

interface AnswerAtFault {
  readonly hook: HookDefinition;
  readonly pluginName: string;
  readonly result: unknown;
  readonly texts: readonly string[];
}

function asPluginError(thrown: unknown, answer: AnswerAtFault): unknown {
  if (thrown instanceof ErrorAnswer) {
    const { model } = thrown;
    const message = `Plugin ${answer.pluginName} answered ${answer.hook.type} with an error: ${redacted(model.message)}`;
    return failure("PLUGIN_ERROR", message, answer, model);
  }
  if (thrown instanceof FailedTool) {
    const model = {
      message: answer.texts.join("\n"),
      plugin_name: answer.pluginName,
      code: "INVALID_RESPONSE",
      details: {},
      mcp_error_code: -32603,
    };
    return failure(
      "INVALID_RESPONSE",
      invalid(answer, "the server says that its tool failed (isError)"),
      answer,
      model,
    );
  }
  if (thrown instanceof AnswerFault)
    return failure(
      thrown.code,
      thrown.code === "JSON_DECODE_ERROR"
        ? `Error trying to decode json: ${shown(answer)}`
        : invalid(answer, thrown.message),
      answer,
    );
  if (thrown instanceof ShapeFault)
    return failure("INVALID_RESPONSE", invalid(answer, `${thrown.path} ${thrown.message}`), answer);
  return thrown;
}

function invalid(answer: AnswerAtFault, why: string): string {
  return `Received invalid response. Result = ${shown(answer)}: ${why.trim()}`;
}

function shown({ texts, result }: AnswerAtFault): string {
  if (texts.length > 0) return redacted(texts.join("\n"));
  try {
    return redacted(JSON.stringify(result) ?? "");
  } catch {
    return "<unreadable>";
  }
}

function failure(
  code: PluginErrorCode,
  message: string,
  { pluginName }: AnswerAtFault,
  remote?: PluginErrorModel,
): PluginError {
  return new PluginError({
    code,
    message,
    plugin: pluginName,
    outcome: "answered",
    phase: "invoking",
    remote,
  });
}
