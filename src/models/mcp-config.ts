import type { McpShape, TlsShape } from "./mcp-schema.ts";
import type { HttpMcpConfig, McpConfig, McpTlsConfig, StdioMcpConfig } from "./plugin-config.ts";
import { absolutePath } from "./user-path.ts";

/** The `mcp` section as the transports want it: without what was not given, all paths absolute but `script` and `cwd`. */
export function toMcpConfig(shape: McpShape): McpConfig {
  return shape.proto === "STDIO" ? toStdio(shape) : toHttp(shape);
}

function toStdio(shape: McpShape): StdioMcpConfig {
  const { script, cmd, env, cwd, reconnect_attempts, reconnect_delay } = shape;
  return {
    proto: "STDIO",
    ...(script ? { script } : {}),
    ...(cmd ? { cmd } : {}),
    ...(env ? { env: { ...env } } : {}),
    ...(cwd ? { cwd } : {}),
    reconnect_attempts,
    reconnect_delay,
  };
}

function toHttp(shape: McpShape): HttpMcpConfig {
  const { url, uds, tls, reconnect_attempts, reconnect_delay } = shape;
  return {
    proto: "STREAMABLEHTTP",
    url: url ?? "",
    ...(uds ? { uds: absolutePath(uds) } : {}),
    ...(tls ? { tls: toTls(tls) } : {}),
    reconnect_attempts,
    reconnect_delay,
  };
}

function toTls(shape: TlsShape): McpTlsConfig {
  const { certfile, keyfile, keyfile_password, ca_bundle, verify, check_hostname } = shape;
  return {
    ...(certfile ? { certfile: absolutePath(certfile) } : {}),
    ...(keyfile ? { keyfile: absolutePath(keyfile) } : {}),
    ...(typeof keyfile_password === "string" ? { keyfile_password } : {}),
    ...(ca_bundle ? { ca_bundle: absolutePath(ca_bundle) } : {}),
    verify,
    check_hostname,
  };
}
