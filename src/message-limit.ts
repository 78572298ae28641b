import { constants } from "node:buffer";

/** A message is read as one text, and no text is longer. In UTF-8 a text has at least as many bytes as units. */
export const largestMessageBytes: number = constants.MAX_STRING_LENGTH;

export const messageLimitMessage: string = `must be at most ${largestMessageBytes} bytes, the length of the longest text that there can be`;
