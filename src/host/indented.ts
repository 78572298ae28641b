import { Lexer } from "yaml";

/** What the lexer puts where it gives up a list or a map between brackets. Takes no room in the text. */
const flowGivenUp = "\x18";
const takesNoRoom = ["\x02", "\x1f"];

/** Each line takes another pass over the text. Nobody writes so many. */
const mostLines = 1_000;

interface Padding {
  /** Where it begins, in the padded text */
  readonly at: number;
  readonly length: number;
}

/**
 * A text in YAML as the YAML library wants it. Between brackets and quotes PyYAML asks for no indentation, while the library
 * gives up at the first line that is not indented more than its key. There blanks at the beginning of a line mean nothing, so
 * such lines are given some.
 */
export class Indented {
  readonly text: string;
  readonly #paddings: Padding[] = [];

  constructor(source: string) {
    // A line break to PyYAML, as long as the one that it becomes.
    let text = source.replace(/\r(?!\n)/g, "\n");
    for (let count = 0; count < mostLines; count += 1) {
      const line = lineTooFarLeft(text);
      if (line === undefined) break;
      const { at, column } = line;
      text = text.slice(0, at) + " ".repeat(column) + text.slice(at);
      this.#paddings.push({ at, length: column });
    }
    this.text = text;
  }

  /** Where something stands in the text as it was written. */
  written(offset: number): number {
    let padded = 0;
    for (const { at, length } of this.#paddings) {
      if (at >= offset) break;
      padded += length;
    }
    return offset - padded;
  }

  /** Where the innermost bracket is that has no end, or that of another one. Undefined if it is not for that. */
  unclosedBracket(): number | undefined {
    const open: { readonly closer: string | undefined; readonly offset: number }[] = [];
    for (const { lexeme, offset } of lexemesOf(this.text)) {
      if (lexeme === flowGivenUp) return undefined;
      if (turns[lexeme] === 1) open.push({ closer: closers[lexeme], offset });
      if (turns[lexeme] !== -1) continue;
      const opening = open.pop();
      if (opening?.closer !== lexeme) return opening?.offset;
    }
    return open.at(-1)?.offset;
  }
}

const closers: Readonly<Record<string, string>> = { "[": "]", "{": "}" };
const turns: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };

/** Lexemes of a text that are there, each with its offset. What the lexer gives up ends them. */
function* lexemesOf(text: string): Generator<{ readonly lexeme: string; readonly offset: number }> {
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === flowGivenUp) yield { lexeme, offset };
    else if (!takesNoRoom.includes(lexeme)) {
      yield { lexeme, offset };
      offset += lexeme.length;
    }
  }
}

/** The first line that continues what is between brackets or quotes and stands too far to the left, and how far to the right. */
function lineTooFarLeft(text: string): { at: number; column: number } | undefined {
  /** Where the outermost bracket is that is open */
  let bracket = 0;
  let depth = 0;
  for (const { lexeme, offset } of lexemesOf(text)) {
    if (lexeme === flowGivenUp) return movable(text, offset, bracket);
    if (isCut(lexeme)) return movable(text, offset + lexeme.length + 1, offset);
    const turn = turns[lexeme] ?? 0;
    if (depth === 0 && turn === 1) bracket = offset;
    depth += turn;
  }
  return undefined;
}

/** A text in quotes whose end is missing. */
function isCut(lexeme: string): boolean {
  if (lexeme.startsWith("'")) return !/^'[^']*(?:''[^']*)*'$/.test(lexeme);
  return lexeme.startsWith('"') && !/^"[^"\\]*(?:\\.[^"\\]*)*"$/s.test(lexeme);
}

/** The line in which that stands, unless it is at the end of all, or indented by what PyYAML does not take for blanks. */
function movable(
  text: string,
  offset: number,
  opening: number,
): { at: number; column: number } | undefined {
  const at = text.lastIndexOf("\n", offset - 1) + 1;
  const isInQuotes = text[opening] === "'" || text[opening] === '"';
  const isMarker = /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4));
  if (at <= opening || at >= text.length || isMarker) return undefined;
  if (!isInQuotes && /^ *\t/.test(text.slice(at))) return undefined;
  const column = opening - text.lastIndexOf("\n", opening) - 1;
  // At the margin there is nothing that it could be left of.
  return column === 0 ? undefined : { at, column };
}
