import { by, type Row } from "../row.ts";

const start = (name: string): string => `initialize > ${name}`;
const closing = (name: string): string => `closing > ${name}`;
const onReference = (name: string): string =>
  `the reference's server over * > our client > ${name}`;

/** Starts, losses, reconnections and ends: B12 to B14, B22 to B33, B41 to B57. */
export const lifecycle: readonly Row[] = [
  {
    id: "B12",
    says: "no content for the configuration: Unable to retrieve configuration for external plugin",
    proof: [
      ...by("models/merge-plugin-config", "readConfigAnswer > no content"),
      ...by(
        "interop/reference-server",
        onReference("has from every recorded call what is recorded > unknown_plugin"),
      ),
    ],
  },
  {
    id: "B13",
    says: "whatever else goes wrong becomes a PluginError, and errors of the clean-up are swallowed",
    proof: [
      ...by("external-plugin/start", start("rejects when the process does not get to be started")),
      ...by("transports/http/close", "takes the answer 500 to the end of a session"),
    ],
  },
  {
    id: "B14",
    says: "the server's description is taken where the host has none, the host's version is kept",
    proof: [
      ...by(
        "models/merge-plugin-config",
        "mergePluginConfig > what the host gave stays, null and its defaults included",
      ),
      ...by(
        "interop/reference-server",
        onReference("calls > what the server says of a plugin is merged with what the host says"),
      ),
    ],
  },
  {
    id: "B22",
    says: "a failure before the transport is open is told, and crashes nothing",
    proof: by(
      "transports/stdio/channel",
      "a failed start > by ENOENT is SPAWN_FAILED, thrown or reported",
    ),
  },
  {
    id: "B23",
    says: "a failure within the transport is told, and what was opened is closed",
    proof: [
      ...by(
        "transports/stdio/calls",
        "handshake > fails when the plugin dies in it, and reports the loss",
      ),
      ...by("transports/stdio/channel", "an abort > of the opening leaves the child to close()"),
    ],
  },
  {
    id: "B24",
    says: "a session waits for its stop, and is not closed twice",
    proof: by(
      "transports/stdio/channel",
      closing("is one, however often it is asked for, and also the SDK's way to ask"),
    ),
  },
  {
    id: "B25",
    says: "a connect uses the ready and stop events that are there already",
    differs:
      "this pins the flaw F5: here every opening is a generation of its own, and facts of another one have no effect",
    proof: by(
      "machines/outage",
      "a loss > of a session that is not there any more changes nothing",
    ),
  },
  {
    id: "B26",
    says: "a session that cannot even be begun is a PluginError",
    proof: by(
      "transports/stdio/channel",
      "a failed start > by EAGAIN is RESOURCE_EXHAUSTED, thrown or reported",
    ),
  },
  {
    id: "B27",
    says: "refused connects are tried again, and a later one works",
    proof: by(
      "external-plugin/outage",
      "the first start over HTTP > is tried three times, after one and after two seconds",
    ),
  },
  {
    id: "B28",
    says: "with zero attempts a connect ends without an error",
    differs: "zero attempts of a start are refused: it would succeed without a connection",
    proof: by(
      "external-plugin/read-options",
      "readOptions refuses > what is no startAttempts, and names it",
    ),
  },
  {
    id: "B29",
    says: "TLS on a Unix socket is ignored, with a warning",
    differs:
      "refused when the configuration is read: whoever wants TLS does not want to do without",
    proof: by(
      "models/parse-plugin-config",
      "what is wrong with a configuration > uds with empty tls",
      "what is wrong with a configuration > uds with https",
    ),
  },
  {
    id: "B30",
    says: "headers and TLS reach every connection",
    proof: [
      ...by(
        "transports/http/headers",
        "headers of the host go with every request, also with the end of the session",
      ),
      ...by(
        "transports/http/tls",
        "a server that wants a client certificate, TLSv1.3 > gets it on every connection, to the end of the session",
      ),
    ],
  },
  {
    id: "B31",
    says: "blocks of the configuration that are no text are skipped",
    proof: by(
      "models/merge-plugin-config",
      "readConfigAnswer > the first text counts, and blocks of other kinds do not",
    ),
  },
  {
    id: "B32",
    says: "no content is no configuration",
    proof: by("models/merge-plugin-config", "readConfigAnswer > no content"),
  },
  {
    id: "B33",
    says: "{} is no configuration",
    proof: by(
      "models/merge-plugin-config",
      "readConfigAnswer > a plugin that the server does not know",
    ),
  },
  {
    id: "B41",
    says: "after a JSON-RPC error there is one reconnect, and the call is made again",
    differs:
      "only after one that says that the session is gone: any other error is an answer, and the hook may have run (F7)",
    proof: [
      ...by(
        "external-plugin/http",
        "a session that the server has lost > is opened anew once for 20 calls that all get a 404, and none of them runs twice",
      ),
      ...by(
        "interop/reference-server",
        "our client loses the reference's server over * > a server that was restarted while idle: the next call goes to a new session",
      ),
    ],
  },
  {
    id: "B42",
    says: "a plugin error about a terminated session reconnects, and repeats the call",
    differs: "what a plugin says is its answer, whatever words it uses (F7)",
    proof: by(
      "interop/reference-server",
      onReference(
        "calls > a plugin that speaks of a terminated session runs once, and keeps its session",
      ),
    ),
  },
  {
    id: "B43",
    says: "a reconnect that fails after a JSON-RPC error is an error that names either",
    proof: by(
      "external-plugin/loss",
      "a burst that comes to nothing > fails the calls that wait, but for those that ask to go on waiting",
    ),
  },
  {
    id: "B44",
    says: "a reconnect that fails after a terminated session is the original error",
    differs: "it is what the call ended with, its cause the failed reconnect",
    proof: by(
      "external-plugin/loss",
      "a burst that comes to nothing > fails the calls that wait, but for those that ask to go on waiting",
    ),
  },
  {
    id: "B45",
    says: "a clean-up forgets everything of the session",
    proof: by(
      "external-plugin/http",
      "the end of a session > is told to the server",
      "the end of a session > is the end of the calls on it, too",
    ),
  },
  {
    id: "B46",
    says: "a clean-up stops the session over stdio that runs",
    proof: by(
      "external-plugin/outage",
      "reconnect > opens a new session at once, without counting as a loss",
    ),
  },
  {
    id: "B47",
    says: "a clean-up survives a session that fails as it is stopped",
    proof: by(
      "transports/stdio/channel",
      closing("gives up on what cannot be killed, within the limits"),
    ),
  },
  {
    id: "B48",
    says: "a clean-up works without a session",
    proof: by("transports/stdio/channel", closing("is the end, also before the beginning")),
  },
  {
    id: "B49",
    says: "a reconnect over stdio starts the same command, with the same env and cwd",
    proof: by(
      "interop/reference-server",
      "our client loses the reference's server over stdio > a process that dies while idle is replaced before it is needed",
    ),
  },
  {
    id: "B50",
    says: "the waits of a burst grow linearly: 0.1 s, then 0.2 s",
    proof: by(
      "external-plugin/read-options",
      "the settings of the machine > have the reference's backoff, and its attempts of a first start",
    ),
  },
  {
    id: "B51",
    says: "attempts that are spent: Failed to reconnect, and how many",
    proof: by(
      "external-plugin/loss",
      "a burst that comes to nothing > fails the calls that wait, but for those that ask to go on waiting",
    ),
  },
  {
    id: "B52",
    says: "a shutdown over stdio leaves nothing",
    proof: by("external-plugin/shutdown", "a shutdown > in * leaves nothing"),
  },
  {
    id: "B53",
    says: "errors of a session over stdio are swallowed by a shutdown",
    proof: by(
      "external-plugin/shutdown",
      "a shutdown > with the default times ends what is stopped, deaf, or has offspring within five seconds",
    ),
  },
  {
    id: "B54",
    says: "a shutdown works without anything to stop",
    proof: by("external-plugin/shutdown", "a shutdown > in idle leaves nothing"),
  },
  {
    id: "B55",
    says: "without a session id there is no DELETE",
    proof: by("transports/http/close", "ends no session where there is none"),
  },
  {
    id: "B56",
    says: "with the transport of the connection there is exactly one DELETE",
    proof: by(
      "external-plugin/http",
      "the end of a session > is told over mutual TLS",
      "the end of a session > is told over a Unix socket",
    ),
  },
  {
    id: "B57",
    says: "over plain HTTP there is exactly one DELETE",
    proof: by("external-plugin/http", "the end of a session > is told to the server"),
  },
];
