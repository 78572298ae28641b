import { hasForeignRecipient } from "./foreign-recipient.ts";
import { leadsOutside } from "./outside-folder.ts";
import { isPrivateHost } from "./private-host.ts";
import type { CommandPredicate, Predicate } from "./rule.ts";
import { type Command, programOf, readCommands } from "./shell-command.ts";
import { isDestructive, readStatements } from "./sql-statement.ts";
import { matchesWildcard } from "./wildcard.ts";

/** Nobody types that much, and reading it in every way it may be meant takes time. */
const readableMax = 65_536;

/** Whether a predicate holds for the value of an argument: a text, or for a command also a list of its words. */
export function holds(predicate: Predicate, value: unknown): boolean {
  if (predicate.is === "command") return holdsForCommand(predicate, commandLine(value));
  return typeof value === "string" && holdsForText(predicate, value);
}

function holdsForCommand(predicate: CommandPredicate, line: string | readonly string[]): boolean {
  const length = typeof line === "string" ? line.length : line.join(" ").length;
  return length > readableMax || readCommands(line).some((command) => runs(predicate, command));
}

function holdsForText(predicate: Exclude<Predicate, CommandPredicate>, text: string): boolean {
  switch (predicate.is) {
    case "destructive-sql":
      return readStatements(text).some(isDestructive);
    case "outside-folder":
      return leadsOutside(predicate.folder, text);
    case "private-host":
      return isPrivateHost(text);
    case "foreign-recipient":
      return hasForeignRecipient(predicate.domains, text);
    case "contains":
      return containsOne(predicate.texts, text);
  }
}

function commandLine(value: unknown): string | string[] {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

function runs(predicate: CommandPredicate, command: Command): boolean {
  return (
    matchesWildcard(predicate.program, programOf(command)) &&
    (predicate.with ?? []).every((alternatives) =>
      command.some((word) => alternatives.some((alternative) => isGiven(alternative, word))),
    )
  );
}

/** One-letter options may stand together: `-rf` gives `-r` and `-f`. */
function isGiven(alternative: string, word: string): boolean {
  const isShortOption = /^-\w$/.test(alternative);
  if (isShortOption && /^-\w+$/.test(word)) return word.includes(alternative.slice(1));
  return matchesWildcard(alternative, word);
}

function containsOne(searched: readonly string[], text: string): boolean {
  const lower = text.toLowerCase();
  return searched.some((one) => lower.includes(one.toLowerCase()));
}
