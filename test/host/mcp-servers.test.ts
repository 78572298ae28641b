import { describe, expect, test } from "vitest";
import { ConfigFolder } from "./support/config-folder.ts";

const folder = new ConfigFolder();

describe("mcpServers, as other hosts have it", () => {
  test("is a list of plugins by their names", async () => {
    const config = await folder.load(
      "mcp.json",
      JSON.stringify({
        mcpServers: {
          fs: { command: "npx", args: ["-y", "server"], env: {}, cwd: "work", autoApprove: ["x"] },
          env: { type: "stdio", command: "a", env: { TOKEN: "{{ env.TOKEN }}" } },
          web: {
            type: "http",
            url: "https://web.example/mcp",
            headers: { Authorization: "B {{ env.TOKEN }}" },
          },
          streamable: { type: "streamable-http", url: "http://localhost:1/mcp" },
          off: { command: "b", disabled: true },
        },
      }),
      { env: { TOKEN: "t0k" } },
    );
    const reconnect = { reconnect_attempts: 3, reconnect_delay: 0.1 };
    expect(config.plugins).toStrictEqual([
      {
        config: {
          name: "fs",
          kind: "external",
          mcp: { proto: "STDIO", cmd: ["npx", "-y", "server"], cwd: "work", ...reconnect },
        },
        options: {},
      },
      {
        config: {
          name: "env",
          kind: "external",
          mcp: { proto: "STDIO", cmd: ["a"], env: { TOKEN: "t0k" }, ...reconnect },
        },
        options: {},
      },
      {
        config: {
          name: "web",
          kind: "external",
          mcp: { proto: "STREAMABLEHTTP", url: "https://web.example/mcp", ...reconnect },
        },
        options: { headers: { Authorization: "B t0k" }, http: {} },
      },
      {
        config: {
          name: "streamable",
          kind: "external",
          mcp: { proto: "STREAMABLEHTTP", url: "http://localhost:1/mcp", ...reconnect },
        },
        options: { http: {} },
      },
      {
        config: {
          name: "off",
          kind: "external",
          mode: "disabled",
          mcp: { proto: "STDIO", cmd: ["b"], ...reconnect },
        },
        options: {},
      },
    ]);
  });

  test("headers of the host's options count before those of the file", async () => {
    const { plugins } = await folder.load(
      "mcp.json",
      JSON.stringify({ mcpServers: { a: { url: "http://a/mcp", headers: { A: "file" } } } }),
      { options: { headers: { A: "option" } } },
    );
    expect(plugins[0]?.options.headers).toStrictEqual({ A: "option" });
  });

  test("is refused with the paths that it has", async () => {
    const text = `{
  "mcpServers": {
    "none": {},
    "both": {"command": "a", "url": "http://a/"},
    "sse": {"type": "sse", "url": "http://a/"},
    "type": {"type": "magic", "url": "http://a/"},
    "wrong": {"type": "stdio", "url": "http://a/"},
    "args": {"command": "a", "args": ["x", " ", 5]},
    "blank": {"command": " "},
    "blanks": {"command": "a", "args": ["x", ""]},
    "env": {"command": "a", "env": {"PORT": 1}},
    "headers": {"url": "http://a/", "headers": {"a": 1}},
    "url": {"url": "ftp://a/"},
    "shell": {"command": "a", "env": {"T": "\${env:TOKEN}", "D": "\${X:-s3cret}"}, "url": null},
    "": {"command": "a"},
    "text": "npx",
    "all": {"type": "ws", "command": 1, "args": {}, "env": [], "cwd": 2, "url": 3, "headers": 4},
    "stray": {"url": "http://a/", "args": ["x"], "env": {"A": "b"}, "cwd": "c"},
    "strays": {"command": "a", "headers": {"A": "b"}},
    "alias": {"transport": "sse", "url": "http://a/"},
    "names": {"url": "http://a/", "headers": {"a b": "x", "Host": "y", "C": "é\\u0100"}}
  }
}`;
    expect(await folder.problems("mcp.json", text)).toStrictEqual([
      "3:5 mcpServers.none: must have command, or url",
      "4:30 mcpServers.both.url: must not be given besides command: remove one",
      "5:13 mcpServers.sse.type: sse is not supported: use http, or stdio",
      "6:14 mcpServers.type.type: must be one of stdio, http, streamable-http, streamableHttp, streamable_http",
      "7:15 mcpServers.wrong.type: stdio does not go with url",
      "8:49 mcpServers.args.args.2: must be a text",
      "9:15 mcpServers.blank.command: MCP stdio cmd entries must be non-empty strings.",
      "10:46 mcpServers.blanks.args.1: MCP stdio cmd entries must be non-empty strings.",
      "11:37 mcpServers.env.env.PORT: Input should be a valid string; put it in quotes",
      "12:49 mcpServers.headers.headers.a: must be a text",
      "13:13 mcpServers.url.url: URL must start with one of: http://, https://, ws://, wss:// (the last two cannot be used here)",
      expect.stringMatching(
        /^14:39 mcpServers\.shell\.env\.T: \$\{env:TOKEN…\} is not filled in here/,
      ),
      expect.stringMatching(/^14:60 mcpServers\.shell\.env\.D: \$\{X:…\} is not filled in here/),
      "15:5 mcpServers.: must not be blank: the server finds the plugin by it",
      "16:5 mcpServers.text: must be an object with command, or url",
      "17:13 mcpServers.all.type: ws is not supported: use http, or stdio",
      "17:27 mcpServers.all.command: must be a text: the command",
      "17:41 mcpServers.all.args: must be a list of texts",
      "17:53 mcpServers.all.env: must be an object of texts",
      "17:64 mcpServers.all.cwd: must be a text",
      "17:74 mcpServers.all.url: must be a text",
      "17:74 mcpServers.all.url: must not be given besides command: remove one",
      "17:84 mcpServers.all.headers: must be an object of texts",
      "18:35 mcpServers.stray.args: does not go with url: remove it",
      "18:50 mcpServers.stray.env: does not go with url: remove it",
      "18:69 mcpServers.stray.cwd: does not go with url: remove it",
      "19:32 mcpServers.strays.headers: does not go with command: remove it",
      "20:15 mcpServers.alias.transport: sse is not supported: use http, or stdio",
      "21:47 mcpServers.names.headers.a b: is no name of an HTTP header",
      "21:59 mcpServers.names.headers.Host: is set by the connection itself",
      "21:72 mcpServers.names.headers.C: must be a string without line breaks, of characters below 256",
    ]);
  });
});
