import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { createServer } from "node:net";
import type { McpTlsInput } from "../../../src/models/plugin-config.ts";
import { HttpClient } from "../../server/support/http-client.ts";
import { rawRequest } from "../../server/support/raw-http.ts";
import { type Command, ServerProcess } from "./server-process.ts";
import type { HttpSite } from "./site.ts";

/** Where a server is to listen. */
export interface Address {
  readonly port: number;
  readonly uds?: string;
}

export interface HttpSiteOptions {
  readonly command: (address: Address) => Command;
  readonly uds?: string;
  /** What clients need to reach the server over TLS */
  readonly tls?: McpTlsInput;
}

/** Starts a server that listens on a free port of the loopback, or on a Unix socket. */
export async function startHttpSite(options: HttpSiteOptions): Promise<HttpSite> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return await startAt(port, options);
    } catch (error) {
      // Somebody else may have been faster.
      if (attempt === 3) throw error;
    }
  }
}

async function startAt(port: number, { command, uds, tls }: HttpSiteOptions): Promise<HttpSite> {
  const url = uds ? "http://localhost/mcp" : `http${tls ? "s" : ""}://127.0.0.1:${port}/mcp`;
  const address = { url, uds };
  const options = tls ? requestOptions(tls) : {};
  const isUp = (): Promise<boolean> =>
    rawRequest(address, { path: "/health", options }).then(
      ({ status }) => status === 200,
      () => false,
    );
  const start = (): Promise<ServerProcess> =>
    ServerProcess.start(command({ port, ...(uds && { uds }) }), isUp);
  let server = await start();
  return {
    url,
    uds,
    mcp: { proto: "STREAMABLEHTTP", url, ...(uds && { uds }), ...(tls && { tls }) },
    connect: () => HttpClient.start(address, options),
    restart: async (signal) => {
      await server.stop(signal);
      server = await start();
    },
    close: () => server.stop("SIGTERM"),
  };
}

function requestOptions({ ca_bundle, certfile, keyfile }: McpTlsInput): RequestOptions {
  return {
    ...(ca_bundle && { ca: readFileSync(ca_bundle) }),
    ...(certfile && { cert: readFileSync(certfile) }),
    ...(keyfile && { key: readFileSync(keyfile) }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return address.port;
}
