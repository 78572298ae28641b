/** Puts a text where a document has it, between `<!-- diagram: NAME -->` and `<!-- diagram end -->`. */
export function withDiagram(document: string, name: string, diagram: string): string {
  const start = `<!-- diagram: ${name} -->\n`;
  const end = "<!-- diagram end -->";
  const from = document.indexOf(start);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The document has no place for the diagram '${name}'`);
  const fenced = `\n\`\`\`mermaid\n${diagram}\`\`\`\n\n`;
  return `${document.slice(0, from)}${start}${fenced}${document.slice(to)}`;
}
