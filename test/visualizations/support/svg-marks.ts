/** What a picture says, read back from its text. */
export interface SvgMarks {
  readonly states: readonly string[];
  readonly lines: readonly { from: string; to: string; tone: string; keys: readonly string[] }[];
  readonly notes: readonly SvgNote[];
}

export interface SvgNote {
  /** Of the node or the line that it belongs to */
  readonly owner: string;
  readonly keys: readonly string[];
  readonly text: string;
}

export function readSvg(svg: string): SvgMarks {
  return {
    states: [...svg.matchAll(/ data-state="([^"]+)"/g)].map(([, id = ""]) => id),
    lines: [
      ...svg.matchAll(/<g class="edge (\w+)" data-edge="([^"]+)"(?: data-transitions="([^"]+)")?/g),
    ].map(([, tone = "", edge = "", keys = ""]) => ({ ...ends(edge), tone, keys: words(keys) })),
    notes: svg.split(/(?=<g [^>]*data-(?:state|node|label)=")/).flatMap(notesOf),
  };
}

function ends(edge: string): { from: string; to: string } {
  const [from = "", to = ""] = edge.replace(/:\w+$/, "").split("→");
  return { from, to };
}

const words = (text: string): readonly string[] => text.split(" ").filter(Boolean);

function notesOf(part: string): SvgNote[] {
  const [, owner = ""] = /data-(?:state|node|label)="([^"]+)"/.exec(part) ?? [];
  const notes = part.matchAll(/<g class="note \w+"(?: data-transitions="([^"]+)")?>(.*?)<\/g>/g);
  return [...notes].map(([, keys = "", body = ""]) => ({
    owner,
    keys: words(keys),
    text: plainText(body),
  }));
}

/** Lines are joined by a space. */
function plainText(markup: string): string {
  return markup
    .replaceAll("</text>", " ")
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
