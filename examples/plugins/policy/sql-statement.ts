/** A statement, or what stands in brackets, as its words in upper case without texts, quoted names and comments. */
export type Statement = readonly string[];

// MySQL runs what stands in a comment that begins with `/*!`.
const comment = String.raw`--[^\n]*|\/\*(?!!)[\s\S]*?(?:\*\/|$)`;
const quotedName = '"[^"]*(?:"|$)|`[^`]*(?:`|$)';
const wordOrMark = String.raw`([\p{L}_][\p{L}\p{Nd}_$]*)|([();])`;

function tokens(text: string): RegExp {
  return new RegExp(`(?:${comment}|${text}|${quotedName})|${wordOrMark}`, "gu");
}

/** Databases differ in whether a backslash hides a quote: a policy reads both ways. Neither can fail once it is in a text. */
const dialects: readonly RegExp[] = [
  tokens("'(?:[^']|'')*(?:'|$)"),
  tokens(String.raw`'(?:[^'\\]|''|\\(?:[\s\S]|$))*(?:'|$)`),
];

/** Reads SQL as far as a policy needs it. Brackets stand apart, so that a subquery's condition is not taken for the statement's. */
export function readStatements(sql: string): Statement[] {
  return dialects.flatMap((token) => readDialect(sql, token));
}

function readDialect(sql: string, token: RegExp): Statement[] {
  const first: string[] = [];
  const statements = [first];
  let open = [first];
  for (const [, word, mark] of sql.matchAll(token)) {
    if (word !== undefined) open.at(-1)?.push(word.toUpperCase());
    if (mark === ")" && open.length > 1) open.pop();
    if (mark !== "(" && mark !== ";") continue;
    const begun: string[] = [];
    statements.push(begun);
    if (mark === ";") open = [begun];
    else open.push(begun);
  }
  return statements;
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
