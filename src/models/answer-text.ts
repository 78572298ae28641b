import type { PluginErrorCode } from "../errors.ts";
import { hasPrototypeKey, maxDepth, mayNestDeeper, nestsDeeper } from "./json-limits.ts";
import { findLossyNumber } from "./json-numbers.ts";
import { Members } from "./members.ts";

// An envelope puts two levels around a payload and one around a context: what could be sent can come back.
const maxEnvelopeDepth = maxDepth + 2;

/** A text of an answer that cannot be read at all. */
export class AnswerFault extends Error {
  readonly code: PluginErrorCode;

  constructor(code: PluginErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

export interface TextRules {
  /** Refuse objects that have a member `__proto__` */
  readonly refusePrototypeKeys: boolean;
  /** Round integers beyond ±(2^53 - 1) instead of refusing them */
  readonly roundIntegers: boolean;
}

/** The texts of the text blocks of a tool's result, in their order. Other blocks are left out. Throws a ShapeFault. */
export function textBlocks(toolResult: unknown): string[] {
  const blocks = new Members(toolResult, "").list("content");
  const texts: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const given = new Members(block, `content.${index}`);
    if (given.any("type") === "text") texts.push(given.text("text"));
  }
  return texts;
}

/** Parses a text of an answer. Throws an AnswerFault where it is no JSON, nests too deeply or cannot be kept as it is. */
export function parseAnswerText(text: string, rules: TextRules): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new AnswerFault("JSON_DECODE_ERROR", "it is no JSON");
  }
  if (mayNestDeeper(text, maxEnvelopeDepth) && nestsDeeper(parsed, maxEnvelopeDepth))
    throw new AnswerFault("TOO_LARGE", `it nests more than ${maxDepth} levels of objects or lists`);
  if (rules.refusePrototypeKeys && hasPrototypeKey(text, parsed))
    throw new AnswerFault("INVALID_RESPONSE", "an object in it has a member named __proto__");
  const lossy = findLossyNumber(text, rules.roundIntegers ? ["infinite"] : ["infinite", "rounded"]);
  if (lossy === "infinite")
    throw new AnswerFault(
      "INVALID_RESPONSE",
      "a number in it is beyond the range of a JavaScript number",
    );
  if (lossy === "rounded")
    throw new AnswerFault(
      "INVALID_RESPONSE",
      "an integer in it is beyond ±(2^53 - 1), and JavaScript would change it; the option unsafeNumbers 'round' accepts that",
    );
  return parsed;
}
