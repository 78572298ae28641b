import { maskText } from "../plugins/pii/mask-text.ts";

/**
 * A name from the input that may be shown: without personal data, and without characters that would move the cursor, colour
 * the terminal, or turn the line around.
 */
export function safeText(text: string): string {
  return maskText(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd")).text;
}
