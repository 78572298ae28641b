import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { PluginContext } from "../../src/models/plugin-context.ts";
import { Clients, fullContext } from "./support/clients.ts";
import { referenceOverHttp, referenceOverStdio } from "./support/reference-sites.ts";
import type { Site } from "./support/site.ts";
import { useSite } from "./support/sites.ts";

const config = "real_plugins.yaml";
const ways: Record<string, () => Site | Promise<Site>> = {
  stdio: () => referenceOverStdio(config),
  HTTP: () => referenceOverHttp(config),
};
const accessKey = `AKIA${"IOSFODNN7EXAMPLE"}`;

describe.each(Object.entries(ways))("plugins from the package index over %s", (_, open) => {
  const { site } = useSite(open);
  const clients = new Clients(site);

  describe("cpex-pii-filter", () => {
    test("masks a mail that goes into a tool, and leaves the rest of it as it was", async () => {
      const mail = await input("order-confirmation.eml");
      const filter = await clients.of("PiiFilter");
      const { modified_payload } = await filter.invokeHook(
        "tool_pre_invoke",
        { name: "archive", args: { mail, pages: 1, note: null } },
        fullContext({}),
      );
      const { mail: masked } = modified_payload?.args ?? {};
      expect(mail).toMatch(/@.*@/s);
      expect(mail).toContain("4012 8888 8888 1881");
      expect(masked).not.toMatch(/@|4012 8888 8888 1881/);
      expect(masked).toContain("1 x Garden lantern, brass            34.90\n");
      expect(masked).toContain("Paid with the card [REDACTED], expiry 03/29.");
      expect(modified_payload).toMatchObject({ name: "archive", args: { pages: 1, note: null } });
    });

    test("masks what a tool returns, inside of its structure", async () => {
      const text = await input("support-chat-refund.txt");
      const filter = await clients.of("PiiFilter");
      const { modified_payload } = await filter.invokeHook(
        "tool_post_invoke",
        { name: "chat", result: { content: [{ type: "text", text }], isError: false } },
        fullContext({}),
      );
      const masked = JSON.stringify(modified_payload?.result);
      expect(masked).not.toMatch(/@|5555-5555-5555-4444/);
      expect(masked).toContain("its [REDACTED], or maybe [REDACTED], I have two");
      expect(masked).toContain("👍 thanks");
    });

    test("lets a text without personal data through as it is", async () => {
      const filter = await clients.of("PiiFilter");
      const result = await filter.invokeHook(
        "prompt_pre_fetch",
        { prompt_id: "p", args: { topic: "lanterns" } },
        fullContext({}),
      );
      expect(result).toMatchObject({ continue_processing: true, modified_payload: null });
    });
  });

  describe("cpex-secrets-detection", () => {
    test("blocks a key on its way into a tool, and one on its way out", async () => {
      const detection = await clients.of("SecretsDetection");
      const violation = {
        reason: "Secrets detected",
        code: "SECRETS_DETECTED",
        details: { count: 1, examples: [{ type: "aws_access_key_id" }] },
      };
      const text = `aws_access_key_id = ${accessKey}`;
      const into = await detection.invokeHook(
        "tool_pre_invoke",
        { name: "deploy", args: { script: text } },
        fullContext({}),
      );
      expect(into).toMatchObject({ continue_processing: false, violation });
      const out = await detection.invokeHook(
        "tool_post_invoke",
        { name: "read_file", result: { content: [{ type: "text", text }] } },
        fullContext({}),
      );
      expect(out).toMatchObject({ continue_processing: false, violation });
      expect(JSON.stringify([into, out])).not.toContain(accessKey);
    });

    test("lets what only looks like one through", async () => {
      const detection = await clients.of("SecretsDetection");
      const result = await detection.invokeHook(
        "tool_pre_invoke",
        { name: "deploy", args: { script: "aws_access_key_id = $KEY" } },
        fullContext({}),
      );
      expect(result).toMatchObject({ continue_processing: true, violation: null });
    });

    test("takes it out instead, if it is told to", async () => {
      const redaction = await clients.of("SecretsRedaction");
      const result = await redaction.invokeHook(
        "tool_post_invoke",
        { name: "read_file", result: { content: [{ type: "text", text: `id=${accessKey};` }] } },
        fullContext({}),
      );
      expect(result).toMatchObject({
        continue_processing: true,
        modified_payload: { result: { content: [{ text: "id=***REDACTED***;" }] } },
      });
    });
  });

  describe("cpex-rate-limiter", () => {
    test("counts the calls of each user, and blocks the one too many with what HTTP needs", async () => {
      const limiter = await clients.of("RateLimiter");
      const search = (user: string) =>
        limiter.invokeHook("tool_pre_invoke", { name: "search", args: {} }, by(user));
      for (const left of ["2", "1", "0"]) {
        const { continue_processing, http_headers } = await search("alice");
        expect(continue_processing).toBe(true);
        expect(http_headers).toMatchObject({
          "X-RateLimit-Limit": "3",
          "X-RateLimit-Remaining": left,
        });
      }
      expect(await search("alice")).toMatchObject({
        continue_processing: false,
        violation: {
          code: "RATE_LIMIT",
          details: { user_id: "alice", tenant_id: "t1" },
          http_status_code: 429,
          http_headers: { "Retry-After": expect.stringMatching(/^\d+$/) },
        },
      });
      expect((await search("bob")).continue_processing).toBe(true);
    });

    test("counts the calls of a tool, whoever makes them", async () => {
      const limiter = await clients.of("RateLimiter");
      const run = (user: string) =>
        limiter.invokeHook("tool_pre_invoke", { name: "export", args: {} }, by(user));
      expect((await run("carl")).continue_processing).toBe(true);
      expect((await run("dora")).violation).toMatchObject({ code: "RATE_LIMIT" });
    });
  });

  describe("cpex-sql-sanitizer", () => {
    test.each([
      ["DROP TABLE users", "Blocked statement matched: \\bDROP\\b"],
      ["DELETE FROM users", "DELETE without WHERE clause"],
      ["UPDATE users SET admin = 1", "UPDATE without WHERE clause"],
    ])("blocks %s", async (sql, issue) => {
      const { continue_processing, violation } = await query(sql);
      expect(continue_processing).toBe(false);
      expect(violation).toMatchObject({ code: "SQL_SANITIZER", details: { issues: [issue] } });
    });

    test("takes comments out of a statement that may run", async () => {
      const result = await query("DELETE FROM users WHERE id = 7 -- or 1 = 1");
      expect(result).toMatchObject({
        continue_processing: true,
        modified_payload: {
          args: { sql: "DELETE FROM users WHERE id = 7 ", note: "DROP TABLE x" },
        },
        metadata: { sql_sanitized: true },
      });
    });

    test("leaves a harmless one alone", async () => {
      expect(await query("SELECT name FROM users WHERE id = 7")).toMatchObject({
        continue_processing: true,
        modified_payload: null,
      });
    });

    async function query(sql: string) {
      const sanitizer = await clients.of("SqlSanitizer");
      const payload = { name: "query", args: { sql, note: "DROP TABLE x" } };
      return await sanitizer.invokeHook("tool_pre_invoke", payload, fullContext({}));
    }
  });
});

/** A document in which there are people's addresses and cards, all of them invented. */
async function input(name: string): Promise<string> {
  const folder = new URL("../../examples/input/documents/en/", import.meta.url);
  return await readFile(new URL(name, folder), "utf8");
}

function by(user: string): PluginContext {
  return fullContext({ global_context: { user, tenant_id: "t1" } });
}
