import { Lexer } from "yaml";

/** What the lexer puts where it gives up a list or a map between brackets. Like its other signs it takes no room. */
const flowGivenUp = "\x18";
const signs: readonly string[] = ["\x02", flowGivenUp, "\x1f"];

const closers: Readonly<Record<string, string>> = { "[": "]", "{": "}" };

interface Padding {
  /** Where it ends, in the padded text */
  readonly end: number;
  /** Of it and all before it */
  readonly total: number;
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
    const reading = new Reading();
    const lines: string[] = [];
    let length = 0;
    // A lone carriage return is a line break to PyYAML, as long as the one that it becomes.
    for (const written of source.replace(/\r(?!\n)/g, "\n").split(/(?<=\n)/)) {
      const missing = reading.blanksMissingIn(written);
      if (missing > 0) this.#pad(length, missing);
      const line = " ".repeat(missing) + written;
      reading.add(line);
      lines.push(line);
      length += line.length;
    }
    this.text = lines.join("");
  }

  #pad(at: number, length: number): void {
    const total = length + (this.#paddings.at(-1)?.total ?? 0);
    this.#paddings.push({ end: at + length, total });
  }

  /** Where something stands in the text as it was written. */
  written(offset: number): number {
    let low = 0;
    let high = this.#paddings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#paddings[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return offset - (this.#paddings[low - 1]?.total ?? 0);
  }

  /** Where the innermost bracket is that has no end, or that of another one. Undefined if it is not for that. */
  unclosedBracket(): number | undefined {
    const open: { readonly closer: string; readonly offset: number }[] = [];
    let offset = 0;
    for (const lexeme of new Lexer().lex(this.text)) {
      if (lexeme === flowGivenUp) return undefined;
      const closer = closers[lexeme];
      if (closer !== undefined) open.push({ closer, offset });
      else if (lexeme === "]" || lexeme === "}") {
        const opening = open.pop();
        if (opening?.closer !== lexeme) return opening?.offset;
      }
      if (!signs.includes(lexeme)) offset += lexeme.length;
    }
    return open.at(-1)?.offset;
  }
}

/** Follows the lexer line by line, to know what is open at the end of each. */
class Reading {
  readonly #lexer = new Lexer();
  /** What the lexer does not know the end of yet, and the column where it begins */
  #rest = "";
  #column = 0;
  #depth = 0;
  /** Of the outermost bracket that is open */
  #bracketColumn = 0;
  #isInQuotes = false;

  add(line: string): void {
    let known = 0;
    for (const lexeme of this.#lexer.lex(line, true)) {
      this.#note(lexeme);
      if (signs.includes(lexeme)) continue;
      known += lexeme.length;
      const end = lexeme.lastIndexOf("\n");
      this.#column = end < 0 ? this.#column + lexeme.length : lexeme.length - end - 1;
    }
    this.#rest += line;
    if (known === 0) return;
    this.#rest = this.#rest.slice(known);
    this.#isInQuotes = /^['"]/.test(this.#rest);
  }

  #note(lexeme: string): void {
    if (lexeme === flowGivenUp) this.#depth = 0;
    else if (lexeme in closers) {
      if (this.#depth === 0) this.#bracketColumn = this.#column;
      this.#depth += 1;
    } else if (lexeme === "]" || lexeme === "}") this.#depth -= 1;
  }

  /** How many make the line that comes next stand to the right of the bracket or quote that is open. */
  blanksMissingIn(line: string): number {
    const isInBrackets = this.#depth > 0;
    if ((!this.#isInQuotes && !isInBrackets) || isEmptyOrMarker.test(line)) return 0;
    // PyYAML takes a tab between brackets for no blank.
    if (!this.#isInQuotes && /^ *\t/.test(line)) return 0;
    const column = isInBrackets ? this.#bracketColumn : this.#column;
    return Math.max(0, column - line.search(/[^ ]/));
  }
}

/** To have no blanks missing. Markers end a document wherever they stand. */
const isEmptyOrMarker = /^(?:\s*$|(?:---|\.\.\.)(?:\s|$))/;
