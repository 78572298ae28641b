import { expect, test } from "vitest";
import { EventReader, JsonReader } from "../../../src/transports/http/body-reader.ts";
import { bytesWithoutText } from "../../support/longest-text.ts";

// What a server cannot be brought to send in a test: a body that is longer than a text can be.

const tooLarge = { kind: "unusable", code: "TOO_LARGE", outcome: "unknown" };
const question = { wireId: "h1", maxBytes: 2 ** 30, onOther: () => expect.unreachable() };

test("a document of which no text can be made is too large", () => {
  const reader = new JsonReader(question);
  expect(reader.push(bytesWithoutText())).toBeUndefined();
  expect(reader.end()).toMatchObject(tooLarge);
});

test("so is an event, and nothing after it counts", () => {
  const reader = new EventReader(question);
  const event = Buffer.concat([Buffer.from("data: "), bytesWithoutText(), Buffer.from("\n\n")]);
  const next = Buffer.from('data: {"jsonrpc":"2.0","id":"h1","result":{}}\n\n');
  expect(reader.push(Buffer.concat([event, next]))).toMatchObject(tooLarge);
});
