import { readFileSync } from "node:fs";
import path from "node:path";

/** One exported name of a module, with the text that declares it (comments left out). */
export interface Declaration {
  readonly name: string;
  readonly text: string;
  /** Whether it exists at run time */
  readonly isValue: boolean;
}

/** Reads what a module exports from the declaration file that the compiler wrote, following re-exports. */
export function readDeclarations(file: string): Declaration[] {
  const statements = splitStatements(readFileSync(file, "utf8"));
  const declarations = statements.flatMap((statement) => {
    const list = /^export (?<type>type )?\{(?<names>[^}]*)\}(?: from "(?<from>[^"]+)")?/.exec(
      statement,
    );
    if (list?.groups) return readList(file, statements, list.groups);
    if (statement.startsWith("export *")) throw new Error(`${file}: name what is exported`);
    return statement.startsWith("export ") ? [readStatement(statement)] : [];
  });
  return mergeOverloads(declarations).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A top-level statement begins in column 0, and the compiler indents all else but closing brackets. */
function splitStatements(text: string): string[] {
  const withoutComments = text.replace(/^\s*\/\*\*.*?\*\/\n/gms, "").replace(/^\/\/.*$/gm, "");
  return withoutComments.split(/\n(?=[a-z])/).map((statement) => statement.trim());
}

const declarationForm =
  /^(?:export )?(?:declare )?(?:abstract )?(?<kind>const|let|function|class|interface|type|enum|namespace) (?<name>[\w$]+)/;

function readStatement(statement: string): Declaration {
  const { kind = "", name = "" } = declarationForm.exec(statement)?.groups ?? {};
  if (!name) throw new Error(`cannot read: ${statement}`);
  return { name, text: statement, isValue: kind !== "interface" && kind !== "type" };
}

function readList(
  file: string,
  statements: readonly string[],
  { names = "", type, from }: Record<string, string | undefined>,
): Declaration[] {
  const source = from === undefined ? undefined : readSource(file, from);
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((item) => {
      const [local = "", exported = local] = item.replace(/^type /, "").split(" as ");
      const isTypeOnly = type !== undefined || item.startsWith("type ");
      const found = source ? source(local) : findLocal(file, statements, local);
      return { ...found, name: exported, isValue: found.isValue && !isTypeOnly };
    });
}

function readSource(file: string, from: string): (name: string) => Declaration {
  if (!from.startsWith(".")) return (name) => ({ name, text: `from "${from}"`, isValue: true });
  const target = path.join(path.dirname(file), from.replace(/\.[jt]s$/, ".d.ts"));
  const declarations = readDeclarations(target);
  return (name) => {
    const found = declarations.find((declaration) => declaration.name === name);
    if (!found) throw new Error(`${target} does not export ${name}`);
    return found;
  };
}

function findLocal(file: string, statements: readonly string[], name: string): Declaration {
  const found = statements.find((statement) => {
    const { name: declared } = declarationForm.exec(statement)?.groups ?? {};
    return declared === name;
  });
  if (!found) throw new Error(`${file} does not declare ${name}`);
  return readStatement(found);
}

function mergeOverloads(declarations: readonly Declaration[]): Declaration[] {
  const byName = new Map<string, Declaration>();
  for (const declaration of declarations) {
    const earlier = byName.get(declaration.name);
    byName.set(declaration.name, {
      ...declaration,
      text: earlier ? `${earlier.text}\n${declaration.text}` : declaration.text,
      isValue: declaration.isValue || (earlier?.isValue ?? false),
    });
  }
  return [...byName.values()];
}
