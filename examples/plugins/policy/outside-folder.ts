import path from "node:path";

/** Nobody encodes a path more often without something to hide. */
const decodingsMax = 3;

/** Whether a path, or a `file:` URL, leads out of a folder, however it is written and encoded. */
export function leadsOutside(folder: string, text: string): boolean {
  let reading = text;
  for (let decodings = 0; decodings <= decodingsMax; decodings += 1) {
    if (isOutside(folder, reading)) return true;
    const decoded = decode(reading);
    if (decoded === reading) return false;
    reading = decoded;
  }
  return true;
}

/** Only ASCII: nothing else matters for where a path leads. */
function decode(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function isOutside(folder: string, text: string): boolean {
  const plain = text
    .trim()
    .replace(/^file:\/\/[^/]*/i, "")
    .replaceAll("\\", "/");
  if (plain.includes("\0") || plain.startsWith("~") || /^[a-z]:\//i.test(plain)) return true;
  const target = path.posix.resolve(folder, plain);
  return target !== folder && !target.startsWith(`${folder.replace(/\/$/, "")}/`);
}
