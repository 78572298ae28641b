/** What somebody typed does not make sense. The message says why, and is all that they are told. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
