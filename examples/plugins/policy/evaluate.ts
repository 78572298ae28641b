import { selectArguments } from "./argument-path.ts";
import { holds } from "./predicate.ts";
import type { Rule, ToolCall, Violation } from "./rule.ts";
import { matchesWildcard } from "./wildcard.ts";

/** The violation of the first rule that a call breaks; undefined if it breaks none. */
export function evaluateCall(call: ToolCall, rules: readonly Rule[]): Violation | undefined {
  for (const rule of rules) {
    const argument = findRefused(call, rule);
    if (argument === undefined) continue;
    const { reason, description, code } = rule;
    return { reason, description, code, details: { tool: call.name, argument } };
  }
  return undefined;
}

/** The path of the first argument that the rule refuses. */
function findRefused(call: ToolCall, rule: Rule): string | undefined {
  if (!matchesWildcard(rule.tool, call.name)) return undefined;
  return selectArguments(call.args, rule.argument).find(({ value }) => holds(rule.refuse, value))
    ?.path;
}
