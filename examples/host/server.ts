import { serveOptions } from "mcp-tether/host";
import { servePlugins } from "mcp-tether/server";
import { policyPlugin } from "../plugins/policy/plugin.ts";

// Over its pipes where a host has started it, else over HTTP; PLUGINS_TRANSPORT and PLUGINS_SERVER_* say it otherwise.
await servePlugins([policyPlugin], serveOptions());
