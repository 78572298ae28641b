import path from "node:path";
import { fileURLToPath } from "node:url";
import type { McpTlsInput } from "../../../src/models/plugin-config.ts";
import type { ServeHttpOptions, ServerTlsOptions } from "../../../src/server/index.ts";
import { CertificateMaker } from "../../server/support/certificates.ts";
import { type Address, startHttpSite } from "./http-site.ts";
import type { Command } from "./server-process.ts";
import type { HttpSite, Site } from "./site.ts";
import { stdioSite } from "./stdio-site.ts";

type Options = Partial<Omit<ServeHttpOptions, "transport">>;

const fixture = (kind: string): string =>
  fileURLToPath(new URL(`../../fixtures/server/${kind}-server.mjs`, import.meta.url));

function own(address: Address, options: Options): Command {
  return {
    cmd: [
      process.execPath,
      fixture("http"),
      JSON.stringify({ recorded: true, ...address, ...options }),
    ],
  };
}

/** Our server with plugins that do what the reference's do, or with all there are. */
export function ownOverStdio(options = { recorded: true }): Site {
  return stdioSite({ cmd: [process.execPath, fixture("stdio"), JSON.stringify(options)] });
}

export async function ownOverHttp(options: Options = {}): Promise<HttpSite> {
  return await startHttpSite({ command: (address) => own(address, options) });
}

export async function ownOverSocket(folder: string): Promise<HttpSite> {
  return await startHttpSite({
    command: (address) => own(address, {}),
    uds: path.join(folder, "own.sock"),
  });
}

/** With certificates made for it in the folder. With `mutual` the client has to show one as well. */
export async function ownOverTls(folder: string, { mutual = false } = {}): Promise<HttpSite> {
  const make = new CertificateMaker(folder);
  const authority = make.authority("authority");
  const ca_bundle = authority.certfile;
  const server: ServerTlsOptions = {
    ...make.signed("server", authority),
    ...(mutual && { ca_bundle }),
  };
  const client: McpTlsInput = { ca_bundle, ...(mutual && make.signed("client", authority)) };
  return await startHttpSite({
    command: (address) => own(address, { tls: server }),
    tls: client,
  });
}
