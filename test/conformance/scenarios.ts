/** Scenarios that a plugin server has to pass. */
export const serverScenarios: readonly string[] = [
  "server-initialize",
  "ping",
  "tools-list",
  "tools-call-error",
  "server-sse-multiple-streams",
  "resources-list",
  "prompts-list",
  "dns-rebinding-protection",
];

const ownTool =
  "calls a tool that the suite wants to find on the server. A plugin server has the three tools of its contract, and no others";
const noResources = "a plugin server announces resources as the reference does, and has none";
const noPrompts = "a plugin server announces prompts as the reference does, and has none";
const notAnnounced = "a plugin server does not announce this capability";

/** Scenarios that say nothing of a plugin server, and why. */
export const otherServerScenarios: Readonly<Record<string, string>> = {
  "logging-set-level": notAnnounced,
  "completion-complete": notAnnounced,
  "tools-call-simple-text": ownTool,
  "tools-call-image": ownTool,
  "tools-call-audio": ownTool,
  "tools-call-embedded-resource": ownTool,
  "tools-call-mixed-content": ownTool,
  "tools-call-with-logging": ownTool,
  "tools-call-with-progress": ownTool,
  "tools-call-sampling": ownTool,
  "tools-call-elicitation": ownTool,
  "json-schema-2020-12": ownTool,
  "elicitation-sep1034-defaults": ownTool,
  "elicitation-sep1330-enums": ownTool,
  "server-sse-polling": ownTool,
  "resources-read-text": noResources,
  "resources-read-binary": noResources,
  "resources-templates-read": noResources,
  "resources-subscribe": noResources,
  "resources-unsubscribe": noResources,
  "prompts-get-simple": noPrompts,
  "prompts-get-with-args": noPrompts,
  "prompts-get-embedded-resource": noPrompts,
  "prompts-get-with-image": noPrompts,
};

/** Scenarios that the client has to pass. */
export const clientScenarios: readonly string[] = ["initialize", "tools_call", "sse-retry"];

const noElicitation =
  "asks the user something. Nobody sits behind a plugin's host: the client announces no such capability, and refuses the request";
const noOAuth =
  "runs an OAuth flow. Credentials are the host's: the option `headers` asks it for them, and once more after a 401";

/** Scenarios that say nothing of the client, and why. Of those that begin with `auth/` all do. */
export const otherClientScenarios: Readonly<Record<string, string>> = {
  "elicitation-sep1034-client-defaults": noElicitation,
  "auth/": noOAuth,
};
