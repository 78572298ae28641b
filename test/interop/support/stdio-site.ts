import { LineClient } from "../../server/support/line-client.ts";
import type { Command } from "./server-process.ts";
import type { Site } from "./site.ts";

/** A server that every client starts for itself. */
export function stdioSite({ cmd, env, cwd }: Command): Site {
  return {
    mcp: { proto: "STDIO", cmd, ...(env && { env }), ...(cwd && { cwd }) },
    connect: async () => {
      const client = await LineClient.connect(cmd, { cwd, env: { ...process.env, ...env } });
      client.child.stderr.resume();
      return {
        request: (method, params) => client.request(method, params),
        close: async () => {
          client.child.stdin.end();
          await client.ended;
        },
      };
    },
    close: async () => {},
  };
}
