import { expect, test } from "vitest";
import { redacted } from "../../src/models/redact.ts";

test("a text is replaced by its length in bytes and the start of its hash", () => {
  expect(redacted("")).toBe("<0 bytes, sha256 e3b0c442>");
  expect(redacted("é")).toBe("<2 bytes, sha256 4a99557e>");
});
