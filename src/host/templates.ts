import type { Environment } from "./environment.ts";
import { evaluateTemplate, TemplateFault } from "./template-expression.ts";

export interface TemplateProblem {
  readonly offset: number;
  readonly message: string;
}

/** A text in which templates were filled in, as far as they can be, and what is wrong with the others. */
export interface FilledText {
  readonly text: string;
  readonly faults: readonly TemplateFault[];
}

/**
 * A text whose templates are replaced by marks, so that it can be parsed before they are filled in. So a value of the
 * environment never becomes anything but a value: the reference fills in first, and a value with a colon or a line break
 * becomes structure. A mark is as long as its template: no position moves.
 */
export class Templates {
  /** With marks instead of templates */
  readonly text: string;
  readonly problems: readonly TemplateProblem[];
  readonly #sources: readonly string[];
  readonly #env: Environment;
  readonly #open: string;
  readonly #pad: string;

  constructor(source: string, env: Environment) {
    [this.#open, this.#pad] = unusedCharacters(source);
    this.#env = env;
    const sources: string[] = [];
    const problems: TemplateProblem[] = [];
    let text = "";
    let from = 0;
    for (const { 0: opening, index } of source.matchAll(/\{[{%#]/g)) {
      if (index < from) continue;
      const end = opening === "{{" ? endOf(source, index) : undefined;
      if (end === undefined) {
        problems.push({ offset: index, message: refusal(source, index) });
        continue;
      }
      const mark = `${this.#open}${sources.length}`;
      text += source.slice(from, index) + mark.padEnd(end - index, this.#pad);
      sources.push(source.slice(index, end));
      from = end;
    }
    this.text = text + source.slice(from);
    this.problems = problems;
    this.#sources = sources;
  }

  has(text: string): boolean {
    return text.includes(this.#open);
  }

  /** A template that cannot be filled in stays as it was written. */
  fill(text: string): FilledText {
    const faults: TemplateFault[] = [];
    const filled = this.#replace(text, (source) => {
      try {
        return evaluateTemplate(source.slice(2, -2), this.#env);
      } catch (thrown) {
        if (!(thrown instanceof TemplateFault)) throw thrown;
        faults.push(thrown);
        return source;
      }
    });
    return { text: filled, faults };
  }

  /** A text as it was written. */
  restore(text: string): string {
    return this.#replace(text, (source) => source);
  }

  #replace(text: string, by: (source: string) => string): string {
    if (!this.has(text)) return text;
    const mark = new RegExp(`${this.#open}(\\d+)${this.#pad}+`, "g");
    return text.replace(mark, (_, index: string) => by(this.#sources[Number(index)] ?? ""));
  }
}

// Of the characters that Unicode leaves to private use, which YAML and JSON allow in every text. Nor may an escape stand for
// them, which has their code in it.
function unusedCharacters(source: string): [open: string, pad: string] {
  const unused: string[] = [];
  const lower = source.toLowerCase();
  for (let code = 0xe000; code < 0xf8ff && unused.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!source.includes(character) && !lower.includes(code.toString(16))) unused.push(character);
  }
  const [open, pad] = unused;
  if (open === undefined || pad === undefined)
    throw new TemplateFault("the text uses every character for private use that there is");
  return [open, pad];
}

/** Where the template that begins there ends; undefined if it does not on its line, or has more than an expression. */
function endOf(source: string, start: number): number | undefined {
  const template = /\{\{(?![-+])(?:[^'"{}\r\n]|'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")*\}\}/y;
  template.lastIndex = start;
  const [found] = template.exec(source) ?? [];
  // Without room for its number, as `{{}}`.
  return found === undefined || found.length < 8 ? undefined : start + found.length;
}

function refusal(source: string, at: number): string {
  const rest = source.slice(at);
  const [, statement] = /^\{%[-+]?\s*(\w+)/.exec(rest) ?? [];
  if (statement !== undefined)
    return `the template statement {% ${statement} %} is not supported: only {{ env.NAME }} is, with default()`;
  if (rest.startsWith("{%")) return "template statements {% … %} are not supported";
  if (rest.startsWith("{#"))
    return "template comments {# … #} are not supported: write # for a comment";
  if (/^\{\{[-+]/.test(rest)) return "whitespace control in templates ({{-) is not supported";
  return "the template that begins here is none: write {{ env.NAME }} on one line, or {{ env.NAME | default('…') }}";
}
