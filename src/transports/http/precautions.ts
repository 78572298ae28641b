import { stat } from "node:fs/promises";
import path from "node:path";
import { PluginError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { askPolicy } from "../ask-policy.ts";
import type { HttpSpec } from "./http-spec.ts";

const writableByAll = 0o002;

/** Rejects with `CONFIG_INVALID` if the host's policy refuses the URL. */
export async function askUrlPolicy({ plugin, mcp, urlPolicy }: HttpSpec): Promise<void> {
  if (!urlPolicy) return;
  const refusal = await askPolicy(() => urlPolicy(new URL(mcp.url)));
  if (refusal === undefined) return;
  const { why, cause } = refusal;
  const message = `urlPolicy refuses the URL${why}`;
  throw new PluginError({
    code: "CONFIG_INVALID",
    message,
    plugin,
    phase: "connecting",
    issues: [{ path: "mcp.url", message }],
    cause,
  });
}

/** Says aloud what makes a connection unsafe and is allowed all the same. */
export async function warnOfRisks({ plugin, mcp }: HttpSpec, logger: Logger): Promise<void> {
  if (mcp.tls?.verify === false)
    logger.warn("the plugin server's certificate is not verified: mcp.tls.verify is false", {
      plugin,
    });
  else if (mcp.tls?.check_hostname === false)
    logger.warn(
      "the plugin server's certificate may be for any host: mcp.tls.check_hostname is false",
      { plugin },
    );
  if (mcp.uds === undefined) return;
  const parent = await stat(path.dirname(mcp.uds)).catch(() => undefined);
  if (parent && (parent.mode & writableByAll) !== 0)
    logger.warn("the folder of the Unix socket is writable by all users: any of them can serve", {
      plugin,
    });
}
