import { by, type Row } from "../row.ts";

const onReference = (name: string): string => `the reference's server over ${name}`;
const calls = (way: string, name: string): string =>
  onReference(`${way} > our client > calls > ${name}`);
const recorded = (way: string, name: string): string =>
  onReference(`${way} > our client > has from every recorded call what is recorded > ${name}`);

/** Calls of hooks, and what comes of them on real servers: B34 to B40, B58 to B67. */
export const invocation: readonly Row[] = [
  {
    id: "B34",
    says: "a hook that is not registered is an error",
    proof: by("external-plugin/calls", "calls > of hooks that do not exist are refused"),
  },
  {
    id: "B35",
    says: "without a session a call is an error",
    proof: by("external-plugin/calls", "calls > of a plugin that was not started are refused"),
  },
  {
    id: "B36",
    says: "state, metadata and global state of the answer replace those of the caller's context",
    proof: [
      ...by(
        "models/commit-context",
        "commitContext > replaces state, metadata and the global state, and nothing else",
      ),
      ...by("interop/reference-server", recorded("*", "context_mutated_full")),
    ],
  },
  {
    id: "B37",
    says: "an error in the answer is a PluginError with its message",
    proof: by(
      "interop/reference-server",
      recorded("*", "error_plain_exception"),
      calls("*", "an error that a plugin reports reaches the caller with all its fields"),
    ),
  },
  {
    id: "B38",
    says: "an answer without content is an error, whatever the hook",
    proof: by("models/decode", "what is refused as INVALID_RESPONSE > no content"),
  },
  {
    id: "B39",
    says: "blocks that are no text are skipped",
    proof: by("models/decode", "a valid answer > blocks of other kinds are skipped"),
  },
  {
    id: "B40",
    says: "a block with the context only, then one with the result: both are used",
    proof: by(
      "models/decode",
      "a valid answer > the context may come with the result, or in a block before it",
    ),
  },
  {
    id: "B58",
    says: "a reference to a hook wraps whatever can be invoked",
    proof: by("external-plugin/copies", "hookRef > is one hook as a function"),
  },
  {
    id: "B59",
    says: "a reference to a hook refuses a native plugin",
    proof: by("external-plugin/copies", "hookRef > of * is refused, with what to do"),
  },
  {
    id: "B60",
    says: "stdio: a violation crosses; description and priority are the server's, kind stays external",
    proof: by(
      "interop/reference-server",
      recorded("stdio", "violation"),
      calls("stdio", "what the server says of a plugin is merged with what the host says"),
    ),
  },
  {
    id: "B61",
    says: "stdio: a pre hook changes arguments, a post hook nested texts of messages",
    proof: [
      ...by(
        "interop/reference-server",
        recorded("stdio", "modified_prompt"),
        calls("stdio", "prompt_post_fetch"),
      ),
      ...by(
        "interop/real-plugins",
        "plugins from the package index over stdio > cpex-pii-filter > masks what a tool returns, inside of its structure",
      ),
    ],
  },
  {
    id: "B62",
    says: "stdio: get_plugin_configs lists all configurations, in order and with every field",
    proof: by(
      "interop/reference-server",
      onReference("stdio > answers every recorded request as recorded > get_plugin_configs"),
    ),
  },
  {
    id: "B63",
    says: "stdio: all standard hooks pass",
    proof: by(
      "interop/reference-server",
      calls("stdio", "tool_pre_invoke"),
      calls("stdio", "tool_post_invoke"),
      calls("stdio", "prompt_pre_fetch"),
      calls("stdio", "prompt_post_fetch"),
      calls("stdio", "resource_pre_fetch"),
      calls("stdio", "resource_post_fetch"),
    ),
  },
  {
    id: "B64",
    says: "stdio: two plugins have states of their own, and share the global one, from hook to hook",
    differs:
      "there is no table of contexts: the caller gives each plugin its own context, and both the same global one",
    proof: by(
      "interop/reference-server",
      calls("stdio", "two plugins have states of their own, and share the global one"),
    ),
  },
  {
    id: "B65",
    says: "HTTP: hooks work before and after, and the configuration is merged",
    proof: by(
      "interop/reference-server",
      calls("HTTP", "prompt_pre_fetch"),
      calls("HTTP", "prompt_post_fetch"),
      calls("HTTP", "what the server says of a plugin is merged with what the host says"),
    ),
  },
  {
    id: "B66",
    says: "HTTP: what the host says wins",
    proof: by(
      "interop/reference-server",
      calls("HTTP", "what the server says of a plugin is merged with what the host says"),
    ),
  },
  {
    id: "B67",
    says: "HTTP: the same over a Unix socket, with the url http://localhost/mcp",
    proof: by("interop/reference-server", calls("HTTP on a Unix socket", "*")),
  },
];
