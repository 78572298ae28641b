// JavaScript writes 1.0 as 1, and reads 12345678901234567890 as another number. Between reading and writing, numbers
// that would not stay what they are stand as marked texts.

const mark = "exactly ";
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const markedNumber = new RegExp(`"${mark}([^"]+)"`, "g");

export function readExactly(text: string): unknown {
  return JSON.parse(text.replace(tokens, (token) => (isFaithful(token) ? token : quoted(token))));
}

export function writeExactly(value: unknown): string {
  return JSON.stringify(value).replace(markedNumber, "$1");
}

function isFaithful(token: string): boolean {
  return token.startsWith('"') || String(Number(token)) === token;
}

function quoted(number: string): string {
  return `"${mark}${number}"`;
}
