/** A statement, or what stands in brackets, as its words in upper case without texts, quoted names and comments. */
export type Statement = readonly string[];

const comment = String.raw`--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const quotedName = '"[^"]*(?:"|$)|`[^`]*(?:`|$)';
const wordOrMark = String.raw`([\p{L}_][\p{L}\p{Nd}_$]*)|([();])`;

function tokens(text: string): RegExp {
  return new RegExp(`(?:${comment}|${text}|${quotedName})|${wordOrMark}`, "gu");
}

/** Databases differ in whether a backslash hides a quote: a policy reads both ways. */
const dialects: readonly RegExp[] = [
  tokens("'(?:[^']|'')*(?:'|$)"),
  tokens(String.raw`'(?:[^'\\]|''|\\[\s\S])*(?:'|$)`),
];

/** Reads SQL as far as a policy needs it. Brackets stand apart, so that a subquery's condition is not taken for the statement's. */
export function readStatements(sql: string): Statement[] {
  return dialects.flatMap((token) => {
    const statements: string[][] = [[]];
    let open = [statements[0]];
    for (const [, word, mark] of sql.matchAll(token)) {
      if (word !== undefined) open.at(-1)?.push(word.toUpperCase());
      if (mark === ")" && open.length > 1) open.pop();
      if (mark !== "(" && mark !== ";") continue;
      const begun: string[] = [];
      statements.push(begun);
      open = mark === ";" ? [begun] : [...open, begun];
    }
    return statements;
  });
}

const endingAnything = new Set(["DROP", "TRUNCATE"]);
const endingRows = new Set(["DELETE", "UPDATE"]);
// The first of them tells what a statement does: `WITH old AS (…) DELETE …`, `SELECT … FOR UPDATE`.
const verbs = new Set([
  ...["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE"],
  ...["GRANT", "REVOKE", "SET", "SHOW", "CALL", "COPY", "USE"],
]);

/** Whether a statement drops, empties, or changes every row: `DROP`, `TRUNCATE`, `ALTER … DROP`, `DELETE` or `UPDATE` without `WHERE`. */
export function isDestructive(statement: Statement): boolean {
  const verb = statement.find((word) => verbs.has(word)) ?? "";
  if (verb === "ALTER") return statement.includes("DROP");
  return endingAnything.has(verb) || (endingRows.has(verb) && !statement.includes("WHERE"));
}
