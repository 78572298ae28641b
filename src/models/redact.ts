import { createHash } from "node:crypto";

/** Stands for a text that must not be shown, such as `<312 bytes, sha256 ab12cd34>`: enough to tell two texts apart. */
export function redacted(text: string): string {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `<${Buffer.byteLength(text)} bytes, sha256 ${digest}>`;
}
