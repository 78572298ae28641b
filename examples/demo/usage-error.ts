/** What the user can put right: an option, or a file of the input. The message says all; there is no stack to show. */
export class UsageError extends Error {}
