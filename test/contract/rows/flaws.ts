import { by, type Row } from "../row.ts";

const restarted = "a server that was restarted while idle: the next call goes to a new session";
const killed =
  "a server that is killed: calls with it are in doubt, those that wait go to the next";
const overHttp = (name: string): string =>
  `our client loses the reference's server over HTTP* > ${name}`;
const overStdio = (name: string): string =>
  `our client loses the reference's server over stdio > ${name}`;
const wrong = (name: string): string => `what is refused as INVALID_RESPONSE > ${name}`;

/** The known flaws of the reference's client, each with the tests that show ours without it. */
export const flaws: readonly Row[] = [
  {
    id: "F1",
    says: "over HTTP it reconnects only in the task that called initialise, and may end the host",
    proof: by("interop/reference-server", overHttp(restarted), overHttp(killed)),
  },
  {
    id: "F2",
    says: "a server that is down gives CancelledError, also when it is back",
    proof: [
      ...by(
        "transports/http/open",
        "a server that is not there > is CONNECT_FAILED, in the reference's words and without the query",
        "a server that is not there > is found by a new channel when it has come",
      ),
      ...by("interop/reference-server", overHttp(killed)),
    ],
  },
  {
    id: "F3",
    says: "a stdio server that dies while idle never recovers",
    proof: by(
      "interop/reference-server",
      overStdio("a process that dies while idle is replaced before it is needed"),
    ),
  },
  {
    id: "F4",
    says: "calls in flight at a loss hang, or reconnect once each",
    proof: [
      ...by(
        "interop/reference-server",
        overHttp(killed),
        overStdio(
          "a process that is killed: calls with it are in doubt, those that wait go to the next",
        ),
      ),
      ...by(
        "external-plugin/http",
        "a session that the server has lost > is opened anew once for 20 calls that all get a 404, and none of them runs twice",
      ),
    ],
  },
  {
    id: "F5",
    says: "attempts of a reconnect after the first count as success without a session",
    proof: [
      ...by(
        "machines/outage",
        "an outage > is a burst, then probes further and further apart, up to 30 s and without end",
      ),
      ...by(
        "external-plugin/outage",
        "a server that is away for ten seconds, with all defaults > serves again by itself, and answers the call that waits for it",
      ),
    ],
  },
  {
    id: "F6",
    says: "nothing has a time limit",
    proof: [
      ...by(
        "external-plugin/start",
        "initialize > rejects at its timeout, with the phase and the end of stderr",
        "initialize > rejects when the configuration does not come",
        "initialize > rejects when the process does not get to be started",
      ),
      ...by(
        "external-plugin/giving-up",
        "a deadline > in flight says that nobody knows",
        "a deadline > in the queue says behind what the call has waited",
      ),
    ],
  },
  {
    id: "F7",
    says: "any JSON-RPC error, and any error that speaks of a terminated session, runs the hook again",
    proof: [
      ...by(
        "interop/reference-server",
        "the reference's server over * > our client > calls > a plugin that speaks of a terminated session runs once, and keeps its session",
        overStdio("a process that ends in a call: its exit is told, and the call not made again"),
      ),
      ...by("external-plugin/answers", "a PluginError > has what a protocol's error says"),
    ],
  },
  {
    id: "F8",
    says: "retries within retries: up to nine connects, by two schedules, while a hook waits",
    proof: [
      ...by(
        "external-plugin/outage",
        "the first start over HTTP > is tried three times, after one and after two seconds",
      ),
      ...by(
        "machines/outage",
        "an outage > is a burst, then probes further and further apart, up to 30 s and without end",
      ),
    ],
  },
  {
    id: "F9",
    says: "the settings of HTTP timeouts have no effect",
    proof: [
      ...by(
        "external-plugin/read-options",
        "readOptions > takes every option there is, undefined for none",
      ),
      ...by(
        "host/environment",
        "option, file, environment, default: what comes first counts > field by field",
        "connections over HTTP > silence ends a call as soon as the plugin's time does",
      ),
    ],
  },
  {
    id: "F10",
    says: "the DELETE after a second connect goes without TLS, and past the Unix socket",
    proof: by(
      "external-plugin/http",
      "the end of a session > is told over mutual TLS",
      "the end of a session > is told over a Unix socket",
    ),
  },
  {
    id: "F11",
    says: "a reconnect leaves its session behind on the server",
    proof: by(
      "external-plugin/outage",
      "reconnect > lets the calls in flight be answered first, and sends the others on the new session",
    ),
  },
  {
    id: "F12",
    says: "a context that a plugin has emptied comes back full",
    differs:
      "with our server; the reference's does not send it, which no client can mend. Changes of global metadata and of the tenant stay with the plugin, as the contract has it",
    proof: by(
      "interop/own-server",
      "our server over * > our client > has from every recorded call what is recorded, but for what is meant to differ > context_cleared",
    ),
  },
  {
    id: "F13",
    says: "a command that ends at once makes initialise raise CancelledError",
    proof: by(
      "external-plugin/start",
      "initialize > says what became of a process that ended instead",
    ),
  },
  {
    id: "F14",
    says: "connects that failed stay open",
    proof: by(
      "transports/http/open",
      "an opening > that is aborted in the middle closes its connection",
      "an opening > gives up on a server that never gets on with it",
    ),
  },
  {
    id: "F15",
    says: "after a shutdown calls hit a dead session; calls in flight are not waited for",
    proof: [
      ...by("external-plugin/calls", "calls > of a plugin that was shut down are refused"),
      ...by(
        "external-plugin/shutdown",
        "drainMs > lets calls in flight be answered, and nothing else",
      ),
    ],
  },
  {
    id: "F16",
    says: "every stdio plugin gets the whole environment of the host, with its secrets",
    proof: by(
      "transports/stdio/command",
      "the environment > is a short list without secrets",
      "the environment > is that of the host where it is asked for",
    ),
  },
  {
    id: "F17",
    says: "isError is ignored, and what it says taken for JSON",
    proof: by(
      "models/decode",
      wrong("isError with a result"),
      wrong("JSON null"),
      "other failures > what is no tool's result, and no JSON either, is refused all the same",
    ),
  },
  {
    id: "F18",
    says: "errors hold the whole text of the answer, and are logged",
    proof: [
      ...by("models/decode", wrong("a message shows nothing that came from the plugin")),
      ...by("external-plugin/events", "the logger > gets no payload and no text of the plugin"),
    ],
  },
  {
    id: "F19",
    says: "a name in another case passes initialise, and then every call fails",
    proof: [
      ...by(
        "external-plugin/config",
        "a server > that spells the plugin's name otherwise is told how to be called",
      ),
      ...by(
        "interop/reference-server",
        "the reference's server over * > our client > has from every recorded call what is recorded > plugin_name_is_case_sensitive",
      ),
    ],
  },
  {
    id: "F20",
    says: "a session for each plugin, whose configuration is never read again; transports that cannot be used",
    differs:
      "a session for each plugin stays: one that dies takes no other with it. The configuration is read after each reconnect, and transports that cannot be used are refused",
    proof: [
      ...by(
        "external-plugin/config",
        "the configuration > is pinned: what the server says after a reconnect is told, and changes nothing",
        "a hook > that the server withdraws is refused, until it lists it again",
      ),
      ...by(
        "models/parse-plugin-config",
        "what is wrong with a configuration > SSE",
        "what is wrong with a configuration > GRPC",
      ),
    ],
  },
  {
    id: "F21",
    says: "the server decides on hooks, mode, priority and conditions, whenever it likes",
    proof: by(
      "external-plugin/config",
      "the configuration > is pinned: what the server says after a reconnect is told, and changes nothing",
    ),
  },
];
