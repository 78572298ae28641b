import path from "node:path";
import { inject } from "vitest";
import { startHttpSite } from "./http-site.ts";
import { pythonFolder } from "./python-folder.ts";
import type { Command } from "./server-process.ts";
import type { HttpSite, Site } from "./site.ts";
import { stdioSite } from "./stdio-site.ts";

const serverModule = "cpex.framework.external.mcp.server.runtime";

/** How the reference's server is started with the plugins of a configuration file. */
export function referenceCommand(config: string, env: Readonly<Record<string, string>>): Command {
  return {
    cmd: [inject("python"), "-m", serverModule],
    cwd: pythonFolder,
    env: {
      PYTHONPATH: pythonFolder,
      PYTHONDONTWRITEBYTECODE: "1",
      PLUGINS_CONFIG_PATH: config,
      PLUGINS_LOG_LEVEL: "ERROR",
      ...env,
    },
  };
}

/** The reference's server with the plugins of a configuration file. */
export function referenceOverStdio(config = "config.yaml"): Site {
  return stdioSite(referenceCommand(config, { PLUGINS_TRANSPORT: "stdio" }));
}

export async function referenceOverHttp(config = "config.yaml"): Promise<HttpSite> {
  return await startHttpSite({
    command: ({ port }) =>
      referenceCommand(config, {
        PLUGINS_TRANSPORT: "http",
        PLUGINS_SERVER_HOST: "127.0.0.1",
        PLUGINS_SERVER_PORT: `${port}`,
      }),
  });
}

/** @param folder where the socket is made */
export async function referenceOverSocket(
  folder: string,
  config = "config.yaml",
): Promise<HttpSite> {
  const uds = path.join(folder, "reference.sock");
  return await startHttpSite({
    command: () => referenceCommand(config, { PLUGINS_TRANSPORT: "http", PLUGINS_SERVER_UDS: uds }),
    uds,
  });
}
