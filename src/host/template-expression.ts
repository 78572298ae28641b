import type { Environment } from "./environment.ts";

/** What a template asks for that is not there, or is not supported. */
export class TemplateFault extends Error {
  /** It asks for nothing of the environment: somebody else may know what it means. */
  isForeign = false;
}

/** A variable that is not set, and its name. */
class Unset {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Value = string | Unset;

type TokenKind = "name" | "text" | "number" | "mark" | "other";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const advice = "write {{ env.NAME }}, or {{ env.NAME | default('…') }}";
const wordOperators: readonly string[] = ["and", "else", "if", "in", "is", "not", "or"];

/**
 * The text that stands between `{{` and `}}`, evaluated: `env.NAME`, `env['NAME']`, `env.get('NAME', 'else')`, texts and
 * numbers, each with any number of `| default(…)`. That is what configurations use of Jinja.
 *
 * @throws TemplateFault that names what is not supported, or the variable that is not set
 */
export function evaluateTemplate(source: string, env: Environment): string {
  const tokens = tokensOf(source);
  try {
    return evaluate(tokens, env);
  } catch (thrown) {
    const isOfEnv = tokens.some(({ kind, text }) => kind === "name" && text === "env");
    if (thrown instanceof TemplateFault) thrown.isForeign = !isOfEnv;
    throw thrown;
  }
}

function evaluate(tokens: readonly Token[], env: Environment): string {
  const value = new Expression(tokens, env).evaluate();
  if (typeof value === "string") return value;
  throw new TemplateFault(
    `the environment variable ${value.name} is not set: set it, or write {{ env.${value.name} | default('…') }}`,
  );
}

function tokensOf(source: string): Token[] {
  const pattern =
    /(?<name>[A-Za-z_]\w*)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)|(?<mark>[.()[\]|,=])|(?<other>\S)/gs;
  return [...source.matchAll(pattern)].map(({ 0: text, groups = {} }) => {
    const [kind = "other"] = Object.keys(groups).filter((name) => groups[name] !== undefined);
    return { kind: kind as TokenKind, text };
  });
}

class Expression {
  readonly #tokens: readonly Token[];
  readonly #env: Environment;
  #at = 0;

  constructor(tokens: readonly Token[], env: Environment) {
    this.#tokens = tokens;
    this.#env = env;
  }

  evaluate(): Value {
    const value = this.#filtered();
    const next = this.#tokens[this.#at];
    if (next !== undefined) throw unsupported(nameOf(next));
    return value;
  }

  #filtered(): Value {
    let value = this.#primary();
    while (this.#takes("|")) value = this.#default(value);
    return value;
  }

  #default(value: Value): Value {
    const filter = this.#take();
    if (filter?.text !== "default" && filter?.text !== "d")
      throw unsupported(
        filter === undefined ? "a filter without a name" : `the filter ${filter.text}`,
      );
    let instead: Value = "";
    let alsoIfEmpty = false;
    if (this.#takes("(") && !this.#takes(")")) {
      instead = this.#filtered();
      if (this.#takes(",")) alsoIfEmpty = this.#flag();
      this.#expect(")");
    }
    return value instanceof Unset || (alsoIfEmpty && value === "") ? instead : value;
  }

  /** The second argument of `default`, which may be named. */
  #flag(): boolean {
    let token = this.#take();
    if (token?.text === "boolean" && this.#takes("=")) token = this.#take();
    if (token?.text === "true" || token?.text === "True") return true;
    if (token?.text === "false" || token?.text === "False") return false;
    throw unsupported(nameOf(token));
  }

  #primary(): Value {
    const token = this.#take();
    if (token?.kind === "text") return unquoted(token.text);
    if (token?.kind === "number") return token.text;
    if (token?.text === "env") return this.#variable();
    if (token?.kind === "name" && !wordOperators.includes(token.text))
      throw unsupported(`the variable ${token.text} (only env is known)`);
    throw unsupported(nameOf(token));
  }

  #variable(): Value {
    if (this.#takes("[")) {
      const value = this.#look(this.#text());
      this.#expect("]");
      return value;
    }
    if (!this.#takes(".")) throw unsupported("the whole of env");
    const name = this.#take();
    if (name?.kind !== "name") throw unsupported(nameOf(name));
    if (!this.#takes("(")) return this.#look(name.text);
    if (name.text !== "get") throw unsupported(`the call env.${name.text}()`);
    const value = this.#look(this.#text());
    const instead = this.#takes(",") ? this.#filtered() : value;
    this.#expect(")");
    return value instanceof Unset ? instead : value;
  }

  #look(name: string): Value {
    return (Object.hasOwn(this.#env, name) ? this.#env[name] : undefined) ?? new Unset(name);
  }

  #text(): string {
    const token = this.#take();
    if (token?.kind === "text") return unquoted(token.text);
    throw unsupported(nameOf(token));
  }

  #take(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #takes(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "mark" || token.text !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw unsupported(nameOf(this.#tokens[this.#at]));
  }
}

function nameOf(token: Token | undefined): string {
  if (token === undefined) return "an expression without its end";
  if (token.kind === "text") return "a text where none belongs";
  if (token.kind === "name" && wordOperators.includes(token.text))
    return `the operator ${token.text}`;
  return token.kind === "other"
    ? `the operator ${token.text}`
    : `${token.text} where it does not belong`;
}

function unsupported(what: string): TemplateFault {
  return new TemplateFault(`the template uses ${what}, which is not supported here: ${advice}`);
}

function unquoted(token: string): string {
  return token.slice(1, -1).replace(/\\(.)/gs, (_, escaped: string) => {
    if (`'"\\`.includes(escaped)) return escaped;
    throw unsupported(`the escape \\${escaped}`);
  });
}
