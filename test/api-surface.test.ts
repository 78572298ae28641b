import { createHash } from "node:crypto";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Declaration, readDeclarations } from "./support/declarations.ts";
import { entries, expectBuilt, projectRoot } from "./support/project.ts";

const readableLines = 80;

beforeAll(expectBuilt);

test.each(entries)("the surface of $specifier is as recorded", async ({ name, target }) => {
  const declarations = path.join(projectRoot, target.replace(/\.js$/, ".d.ts"));
  const surface = readDeclarations(declarations).map(describeDeclaration).join("\n\n");
  await expect(`${surface}\n`).toMatchFileSnapshot(`./api-surface/${name}.txt`);
});

/** The type of a machine fills pages which nobody reads: its hash tells that it changed. */
function describeDeclaration({ name, text, isValue }: Declaration): string {
  const lines = text.split("\n").length;
  const sha256 = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const signature = lines > readableLines ? `${lines} lines, sha256 ${sha256}` : text;
  return `# ${name} (${isValue ? "value" : "type"})\n${signature}`;
}
