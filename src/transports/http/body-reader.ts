import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import { decodeUtf8, lossyText } from "../framing.ts";
import { isAnswer, isJsonObject, type JsonObject, parseJson, readAnswerBody } from "../message.ts";
import { type Ending, type Interrupted, tooLarge, unusable } from "./ending.ts";
import { EventSplitter } from "./event-stream.ts";
import { HeldBytes } from "./held-bytes.ts";

const textRoom = 8_192;

/** Reads the body of one response. */
export interface BodyReader {
  /** Undefined: the rest is needed too */
  push(chunk: Buffer): Ending | undefined;
  end(): Ending | Interrupted;
  /** The connection failed before the end. Undefined: what came says nothing */
  cut(): Ending | Interrupted | undefined;
  /** The rest cannot be read, for this reason */
  spoil(message: string): Ending;
}

/** The request whose answer is looked for. */
export interface Question {
  readonly wireId: RequestId;
  readonly maxBytes: number;
  /** Any other message on the stream of the answer */
  readonly onOther: (message: JsonObject) => void;
}

/** One JSON document, which is the answer. */
export class JsonReader implements BodyReader {
  readonly #question: Question;
  readonly #held = new HeldBytes();

  constructor(question: Question) {
    this.#question = question;
  }

  push(chunk: Buffer): Ending | undefined {
    if (this.#held.length + chunk.length > this.#question.maxBytes)
      return tooLarge(this.#question.maxBytes);
    this.#held.push(chunk);
    return undefined;
  }

  end(): Ending {
    const { wireId, maxBytes, onOther } = this.#question;
    const parsed = parse(this.#held.take());
    if (parsed === undefined) return tooLarge(maxBytes);
    const { value, isBroken } = parsed;
    const ending = readAnswer(value, isBroken, wireId);
    if (ending) return ending;
    if (isJsonObject(value)) onOther(value);
    if (isBroken) return unusable(texts.notUtf8);
    return unusable(value === undefined ? texts.notJson : texts.noAnswer);
  }

  cut(): Ending {
    return unusable(texts.cutShort);
  }

  spoil(message: string): Ending {
    return unusable(message);
  }
}

/** A stream of events, one of which is the answer. */
export class EventReader implements BodyReader {
  readonly #question: Question;
  readonly #splitter: EventSplitter;
  #ending: Ending | undefined;

  constructor(question: Question) {
    this.#question = question;
    this.#splitter = new EventSplitter(question.maxBytes, (data) => this.#read(data));
  }

  push(chunk: Buffer): Ending | undefined {
    const fits = this.#splitter.push(chunk);
    return this.#ending ?? (fits ? undefined : tooLarge(this.#question.maxBytes));
  }

  end(): Ending | Interrupted {
    return this.cut() ?? streamEnded();
  }

  cut(): Interrupted | undefined {
    const { lastEventId, retryMs } = this.#splitter;
    return lastEventId === undefined ? undefined : { kind: "interrupted", lastEventId, retryMs };
  }

  spoil(message: string): Ending {
    return unusable(message);
  }

  #read(data: Buffer): void {
    const { wireId, maxBytes, onOther } = this.#question;
    const parsed = parse(data);
    this.#ending = parsed ? readAnswer(parsed.value, parsed.isBroken, wireId) : tooLarge(maxBytes);
    if (this.#ending) this.#splitter.stop();
    else if (isJsonObject(parsed?.value) && !parsed.isBroken) onOther(parsed.value);
  }
}

/** The answer has not come, and will not. */
export function streamEnded(): Ending {
  return unusable(texts.streamEnded);
}

/** The beginning of a text that explains a status. */
export class TextReader implements BodyReader {
  readonly #interpret: (text: string) => Ending;
  readonly #held = new HeldBytes();

  constructor(interpret: (text: string) => Ending) {
    this.#interpret = interpret;
  }

  push(chunk: Buffer): Ending | undefined {
    this.#held.push(chunk.subarray(0, textRoom - this.#held.length));
    return this.#held.length < textRoom ? undefined : this.end();
  }

  end(): Ending {
    return this.#interpret(this.#held.take().toString());
  }

  cut(): Ending {
    return this.end();
  }

  spoil(): Ending {
    return this.end();
  }
}

/**
 * A decision must not pass through replacement characters, but whose answer it is may still be legible. Undefined: longer
 * than a text can be.
 */
function parse(bytes: Buffer): { value: unknown; isBroken: boolean } | undefined {
  const sound = decodeUtf8(bytes);
  const text = sound ?? lossyText(bytes);
  return text === undefined ? undefined : { value: parseJson(text), isBroken: sound === undefined };
}

function readAnswer(value: unknown, isBroken: boolean, wireId: RequestId): Ending | undefined {
  const members: unknown[] = Array.isArray(value) ? value : [value];
  const ours = members.find((member) => isAnswerTo(member, wireId));
  if (!isJsonObject(ours)) return undefined;
  if (isBroken) return unusable(texts.notUtf8, "answered");
  if (Array.isArray(value)) return unusable(texts.batch, "answered");
  const body = readAnswerBody(ours);
  return body ? { kind: "answered", body } : unusable(texts.malformed, "answered");
}

// An error without an id means a message that the server could not read, and only one was sent on this request.
function isAnswerTo(message: unknown, wireId: RequestId): boolean {
  if (!isJsonObject(message) || !isAnswer(message)) return false;
  return message.id === wireId || (message.id === null && Object.hasOwn(message, "error"));
}

const texts = {
  notUtf8: "The server's answer is not valid UTF-8",
  notJson: "The server's answer is no JSON",
  noAnswer: "The server answered with something else than the answer to the request",
  malformed: "The server's answer is no JSON-RPC answer with exactly one of result and error",
  batch: "The server answered with a JSON-RPC batch, which is not accepted",
  cutShort: "The connection ended in the middle of the server's answer",
  streamEnded: "The server ended the stream of its answer without the answer",
} as const;
