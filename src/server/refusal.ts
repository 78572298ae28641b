import type { ValidationIssue } from "./validation-text.ts";
import { validationText } from "./validation-text.ts";

/** A failure whose message the host gets as it stands. What plugin code throws is quoted instead. */
export class Refusal extends Error {}

/** The parsed value, or a refusal that says what is wrong with the input. */
export function accept<T>(
  model: string,
  input: unknown,
  checked:
    | { success: true; data: T }
    | { success: false; error: { issues: readonly ValidationIssue[] } },
): T {
  if (checked.success) return checked.data;
  throw new Refusal(validationText(model, input, checked.error.issues));
}
