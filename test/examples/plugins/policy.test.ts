import { describe, expect, test } from "vitest";
import { defaultRules } from "../../../examples/plugins/policy/default-rules.ts";
import { evaluateCall } from "../../../examples/plugins/policy/evaluate.ts";
import type { Rule } from "../../../examples/plugins/policy/rule.ts";

function codeFor(name: string, args: Record<string, unknown> | null): string | undefined {
  return evaluateCall({ name, args }, defaultRules)?.code;
}

describe("a shell command", () => {
  test.each([
    "rm -rf /",
    "rm -r -f build",
    "rm build -r --force",
    "/bin/rm --recursive --force build",
    "sudo rm -fr build",
    "FOO=1 env -i nice -n 5 rm -rf build",
    "timeout --signal KILL 10 rm -rf build",
    "ls && cd /tmp; rm -rf build",
    "if true; then rm -rf build; fi",
    "while :; do rm -rf build; done",
    "! rm -rf build",
    "(rm -rf build)",
    "{ rm -rf build; }",
    "find . -name cache -exec rm -rf {} +",
    "find . -name cache | xargs rm -rf",
    "bash -lc 'rm -rf build'",
    'sh -c "sudo sh -c \\"rm -rf build\\""',
    "eval rm -rf build",
    "echo $(rm -rf build)",
    'echo "$(rm -rf build)"',
    "echo `rm -rf build`",
    "r\\m -rf build",
    "'rm' \"-rf\" build",
    "rm -r\\\n -f build",
    "rm\t-rf\tbuild",
    "cat <<END\nEND\nrm -rf build",
  ])("that deletes recursively by force is refused: %s", (command) => {
    expect(codeFor("shell_run", { command })).toBe("SHELL_RECURSIVE_DELETE");
  });

  test.each([
    "rm notes.txt",
    "rm -r build",
    "rm -f notes.txt",
    "echo rm -rf build",
    "echo 'rm -rf build'",
    "grep -rf patterns rm",
    "git rm -r --force docs",
    "npm run rm -- -rf",
    "rm -i -r --no-force build",
    "dd if=disk.img of=copy.img",
    "ls mkfs",
    "",
  ])("that does not is let through: %s", (command) => {
    expect(codeFor("shell_run", { command })).toBeUndefined();
  });

  test("may be a list of words", () => {
    expect(codeFor("shell", { command: ["rm", "-rf", "build"] })).toBe("SHELL_RECURSIVE_DELETE");
    expect(codeFor("shell", { command: ["echo", "rm -rf build"] })).toBeUndefined();
    expect(codeFor("shell", { command: [["rm"], 7, null] })).toBeUndefined();
    expect(codeFor("shell", { command: { rm: "-rf" } })).toBeUndefined();
  });

  test("that overwrites a device or formats a disk is refused by a rule of its own", () => {
    expect(codeFor("shell_run", { command: "sudo dd if=/dev/zero of='/dev/sda' bs=1M" })).toBe(
      "SHELL_OVERWRITE_DEVICE",
    );
    expect(codeFor("shell_run", { command: "yes | mkfs.ext4 /dev/sda1" })).toBe(
      "SHELL_MAKE_FILESYSTEM",
    );
  });

  test("that is too long to be read is refused", () => {
    expect(codeFor("shell_run", { command: `echo ${"x".repeat(65_531)}` })).toBeUndefined();
    expect(codeFor("shell_run", { command: `echo ${"x".repeat(65_532)}` })).toBeDefined();
  });
});

describe("SQL", () => {
  test.each([
    "DROP TABLE orders",
    "drop table orders",
    "SELECT 1; DROP TABLE orders",
    "/* clean */ TRUNCATE orders -- up",
    "/*!50000 DROP TABLE orders */",
    "DELETE FROM orders",
    "DELETE FROM orders -- WHERE id = 1",
    "DELETE FROM orders /* WHERE id = 1 */",
    "DELETE FROM orders USING (SELECT id FROM old WHERE paid) o",
    "UPDATE orders SET note = 'WHERE id = 1'",
    "ALTER TABLE orders DROP COLUMN note",
    "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
    "WITH old AS (SELECT 1) DELETE FROM orders",
    "BEGIN; DELETE FROM orders; COMMIT",
    "SELECT 'it''s'; DROP TABLE orders",
    "SELECT 'a\\'; DROP TABLE orders; --'",
  ])("that destroys is refused: %s", (query) => {
    expect(codeFor("sql_query", { query })).toBe("SQL_DESTRUCTIVE");
  });

  test.each([
    "SELECT * FROM orders",
    "SELECT 'DROP TABLE orders'",
    'SELECT "drop", `truncate` FROM orders',
    "DELETE FROM orders WHERE id = 1",
    "DELETE FROM orders WHERE id IN (SELECT id FROM old)",
    "UPDATE orders SET note = 'x' WHERE id = 1",
    "SELECT id FROM orders FOR UPDATE",
    "INSERT INTO orders VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'x'",
    "ALTER TABLE orders ADD note text",
    "CREATE TRIGGER t AFTER UPDATE ON orders",
    "GRANT DELETE ON orders TO clerk",
    "SELECT dropped, updated FROM orders",
  ])("that does not is let through: %s", (query) => {
    expect(codeFor("sql_query", { query })).toBeUndefined();
  });
});

describe("a URL", () => {
  test.each([
    "http://10.0.0.1/",
    "https://192.168.1.1:8443/admin",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://127.1/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[fd00::1]/",
    "http://localhost:3000/",
    "localhost:3000",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://example.org@10.0.0.1/",
    "http:10.0.0.1/",
    "http:/10.0.0.1/",
    "http:\\\\10.0.0.1\\",
    "ht\ntp://10.0.0.1/",
    "//10.0.0.1/",
    " http://10.0.0.1/",
    "http://①⓪.0.0.1/",
    "ftp://10.0.0.1/",
    "http://224.0.0.1/",
    "http://LOCALHOST./",
  ])("into the private network is refused: %j", (url) => {
    expect(codeFor("http_get", { url })).toBe("HTTP_PRIVATE_ADDRESS");
  });

  test.each([
    "https://example.org/",
    "https://example.org:8080/?to=http://10.0.0.1/",
    "example.org/path",
    "http://10.0.0.1@example.org/",
    "http://172.32.0.1/",
    "http://8.8.8.8/",
    "http://[2001:db8::1]/",
    "http://local.example.org/",
  ])("of the public network is let through: %s", (url) => {
    expect(codeFor("http_get", { url })).toBeUndefined();
  });
});

describe("a path", () => {
  test.each([
    "/etc/passwd",
    "../secrets",
    "notes/../../secrets",
    "/workspace/../etc/passwd",
    "/workspace2/notes",
    "..\\secrets",
    "C:\\Windows\\win.ini",
    "\\\\host\\share",
    "~/.ssh/id_rsa",
    "file:///etc/passwd",
    "%2e%2e/secrets",
    "%252e%252e%252fsecrets",
    "%2525252e%2525252e/secrets",
    "notes\0.txt",
  ])("out of the workspace is refused: %j", (path) => {
    expect(codeFor("file_read", { path })).toBe("FILE_OUTSIDE_WORKSPACE");
  });

  test.each([
    "/workspace/notes.txt",
    "notes/2026/../march.txt",
    "/workspace",
    "file:///workspace/notes.txt",
    ".../notes",
    "100%.txt",
    "日本語/メモ.txt",
  ])("within it is let through: %s", (path) => {
    expect(codeFor("file_read", { path })).toBeUndefined();
  });
});

describe("a mail", () => {
  test.each([
    [{ to: "eve@other.example" }],
    [{ to: "anna@example.org, eve@other.example" }],
    [{ to: "anna@example.org", cc: ["eve@other.example"] }],
    [{ To: "eve@other.example" }],
    [{ bcc: { address: "eve@other.example" } }],
    [{ to: "eve@example.org.other.example" }],
    [{ to: "eve@otherexample.org" }],
    [{ to: "eve@other.example (anna@example.org)" }],
    [{ to: '"anna@example.org" <eve@other.example>' }],
    [{ to: "anna@example.org\nBcc: eve@other.example" }],
    [{ to: "everybody" }],
  ])("to somebody else is refused: %j", (args) => {
    expect(codeFor("mail_send", args)).toBe("MAIL_EXTERNAL_RECIPIENT");
  });

  test.each([
    [{ to: "anna@example.org" }],
    [{ to: "Anna <ANNA@EXAMPLE.ORG.>; bert@mail.example.org" }],
    [{ to: ["anna@example.org", "bert@example.org"], cc: "" }],
    [{ to: "anna@example.org", body: "eve@other.example wrote" }],
  ])("to one's own domain is let through: %j", (args) => {
    expect(codeFor("mail_send", args)).toBeUndefined();
  });
});

test.each([
  ["-----BEGIN PRIVATE KEY-----\nMIIE"],
  ["-----begin openssh private key-----"],
  ["x -----BEGIN PGP PRIVATE KEY BLOCK-----"],
])("a private key is refused wherever it stands: %j", (key) => {
  expect(codeFor("note_save", { parts: [{ text: [key] }] })).toBe("SECRET_IN_ARGUMENT");
});

describe("evaluateCall", () => {
  test("says which rule was broken and where, but never what was there", () => {
    const args = { files: [{ path: "notes" }, { path: "/etc/shadow" }] };
    const violation = evaluateCall({ name: "FILE_copy", args }, defaultRules);
    expect(violation).toEqual({
      code: "FILE_OUTSIDE_WORKSPACE",
      reason: "Path outside the workspace",
      description: "Files live below /workspace.",
      details: { tool: "FILE_copy", argument: "files.1.path" },
    });
  });

  test("reports the first rule that is broken", () => {
    const args = { command: "mkfs.ext4 /dev/sda; rm -rf /" };
    expect(codeFor("shell_run", args)).toBe("SHELL_RECURSIVE_DELETE");
  });

  test.each([[null], [{}], [{ command: null }], [{ command: 7, query: false, url: [], path: {} }]])(
    "lets arguments through that no rule speaks of: %j",
    (args) => {
      for (const name of ["shell_run", "sql_query", "http_get", "file_read", "mail_send"])
        expect(codeFor(name, args)).toBeUndefined();
    },
  );

  test("takes a tool's name as a pattern", () => {
    const rule = (tool: string): Rule => ({
      code: "C",
      tool,
      argument: "*.text",
      refuse: { is: "contains", texts: ["secret"] },
      reason: "R",
      description: "D",
    });
    const args = { a: { text: "a Secret" } };
    for (const tool of ["*", "no*e", "NOTE", "*o*e*", "note*", "*note"])
      expect(evaluateCall({ name: "note", args }, [rule(tool)])).toBeDefined();
    for (const tool of ["", "not", "ote", "*x*", "note?", "note*note", "n*n*e"])
      expect(evaluateCall({ name: "note", args }, [rule(tool)])).toBeUndefined();
    expect(evaluateCall({ name: "note", args: { text: "secret" } }, [rule("*")])).toBeUndefined();
  });
});
