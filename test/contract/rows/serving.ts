import { by, type Row } from "../row.ts";

const ours = (name: string): string => `our server over ${name}`;
const answers = (name: string): string =>
  ours(`* > answers every recorded request as recorded, but for what is meant to differ > ${name}`);
const forReference = (name: string): string =>
  `the reference's client with our server over * > ${name}`;

/** The server: B81 to B93. */
export const serving: readonly Row[] = [
  {
    id: "B81",
    says: "the configuration file of a server: by argument, by environment, by default, or empty",
    dropped:
      "plugins are served as code (`servePlugins`), not as class names in a file: nothing is imported by what a file says",
  },
  {
    id: "B82",
    says: "get_plugin_config finds a name in any case, and gives {} for one that is unknown",
    proof: [
      ...by(
        "interop/own-server",
        answers("get_plugin_config_found"),
        answers("get_plugin_config_case_insensitive"),
        answers("get_plugin_config_not_found"),
      ),
      ...by("server/define-plugin", "a list of plugins > may be empty"),
    ],
  },
  {
    id: "B83",
    says: "invoke_hook: result with plugin_name, context if there is any, every failure as error",
    proof: by(
      "interop/own-server",
      answers("allow"),
      answers("context_mutated"),
      answers("error_plain_exception"),
      answers("malformed_context_empty"),
    ),
  },
  {
    id: "B84",
    says: "hooks of tools and prompts, with least and with many arguments",
    proof: by(
      "interop/own-server",
      answers("echo_tool_post"),
      answers("echo_prompt_post"),
      answers("modified_tool_headers"),
      answers("payload_null_args"),
    ),
  },
  {
    id: "B85",
    says: "where a server listens: from its settings, from the environment, by default",
    proof: by("host/serve-options", "where the server listens > *"),
  },
  {
    id: "B86",
    says: "the examples of the documentation work",
    proof: by("examples/main", "*"),
  },
  {
    id: "B87",
    says: "without a server object every tool fails",
    dropped: "there is no server without plugins: `servePlugins` has both or neither",
  },
  {
    id: "B88",
    says: "all hooks through the tool",
    proof: by(
      "interop/reference-client",
      forReference("*_pre_*"),
      forReference("*_post_*"),
      forReference("http_auth_*"),
    ),
  },
  {
    id: "B89",
    says: "host and port can be said at the call; a Unix socket answers to loopback names only",
    proof: [
      ...by("server/serve-options", "IPv6 addresses are written as URLs need them"),
      ...by("server/unix-socket", "only loopback names are answered"),
    ],
  },
  {
    id: "B90",
    says: "TLS takes key, certificate, authorities and password; half of it serves plain HTTP",
    differs: "half of it is refused: whoever wants TLS does not want to do without",
    proof: [
      ...by(
        "server/tls",
        "the key may be encrypted, or in the file of the certificate",
        "with a bundle of authorities, clients must show a certificate of theirs",
      ),
      ...by("server/serve-options", "what is wrong is named > TLS without a certificate"),
    ],
  },
  {
    id: "B91",
    says: "a server over HTTP starts, and shuts down",
    proof: by(
      "server/http-process",
      "SIGTERM lets running calls finish, and ends the process with code 0",
    ),
  },
  {
    id: "B92",
    says: "the transport is found out: stdio, unless standard input is a terminal",
    differs: "only a pipe is a client: under a service manager standard input is the null device",
    proof: by("host/serve-options", "the transport > *"),
  },
  {
    id: "B93",
    says: "a start that fails serves nothing, and its error reaches the caller",
    proof: by(
      "server/serve-options",
      "a port that is taken is a typed error, and nothing keeps listening",
    ),
  },
];

const noMcp =
  "a protocol of its own beside MCP, for which a host needs another client: a section for it is refused by name (`grpc instead` in test/models/parse-plugin-config.test.ts)";

/** gRPC and raw sockets: B94 to B100. */
export const otherTransports: readonly Row[] = [
  { id: "B94", says: "framing on a raw Unix socket", dropped: noMcp },
  { id: "B95", says: "the client of a raw Unix socket", dropped: noMcp },
  { id: "B96", says: "the server of a raw Unix socket", dropped: noMcp },
  { id: "B97", says: "the client of gRPC", dropped: noMcp },
  { id: "B98", says: "the server of gRPC", dropped: noMcp },
  { id: "B99", says: "the models of gRPC", dropped: noMcp },
  { id: "B100", says: "conversion to and from protocol buffers", dropped: noMcp },
];
